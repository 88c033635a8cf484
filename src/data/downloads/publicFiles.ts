import type { PublicFile } from './fetchFile.ts';

// Lengths and checksums are those that TensorFlow Datasets (`tensorflow_datasets/url_checksums`) and Keras
// (`keras/src/datasets`) compare with.

/** A data set in the form of MNIST. */
export interface IdxFiles {
  readonly trainImages: PublicFile;
  readonly trainLabels: PublicFile;
  readonly testImages: PublicFile;
  readonly testLabels: PublicFile;
}

const MNIST_AT = 'https://storage.googleapis.com/cvdf-datasets/mnist/';
export const MNIST: IdxFiles = {
  trainImages: fileAt(
    MNIST_AT,
    'train-images-idx3-ubyte.gz',
    9912422,
    '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609',
  ),
  trainLabels: fileAt(
    MNIST_AT,
    'train-labels-idx1-ubyte.gz',
    28881,
    '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c',
  ),
  testImages: fileAt(
    MNIST_AT,
    't10k-images-idx3-ubyte.gz',
    1648877,
    '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6',
  ),
  testLabels: fileAt(
    MNIST_AT,
    't10k-labels-idx1-ubyte.gz',
    4542,
    'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6',
  ),
};

const FASHION_AT = 'https://storage.googleapis.com/tensorflow/tf-keras-datasets/';
export const FASHION_MNIST: IdxFiles = {
  trainImages: fileAt(
    FASHION_AT,
    'train-images-idx3-ubyte.gz',
    26421880,
    '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84',
  ),
  trainLabels: fileAt(
    FASHION_AT,
    'train-labels-idx1-ubyte.gz',
    29515,
    'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845',
  ),
  testImages: fileAt(
    FASHION_AT,
    't10k-images-idx3-ubyte.gz',
    4422102,
    '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073',
  ),
  testLabels: fileAt(
    FASHION_AT,
    't10k-labels-idx1-ubyte.gz',
    5148,
    '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5',
  ),
};

const CIFAR_AT = 'https://www.cs.toronto.edu/~kriz/';
export const CIFAR_10 = fileAt(
  CIFAR_AT,
  'cifar-10-binary.tar.gz',
  170052171,
  'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
);
export const CIFAR_100 = fileAt(
  CIFAR_AT,
  'cifar-100-binary.tar.gz',
  168513733,
  '58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec',
);

export const CALIFORNIA_HOUSING = fileAt(
  FASHION_AT,
  'california_housing.npz',
  2 ** 22,
  '1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f',
);

function fileAt(folder: string, name: string, mostBytes: number, sha256: string): PublicFile {
  return { name, url: `${folder}${name}`, mostBytes, sha256 };
}
