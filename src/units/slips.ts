/** A place where the lecture's text is not what it means, and what is right there. */
export interface Slip {
  /** The section and the place in it. */
  readonly where: string;
  readonly printed: string;
  readonly correct: string;
  readonly why: string;
  /** The number of the worked example that it changes, and in which iteration. */
  readonly at?: { readonly iteration: number; readonly name: string };
}

/** The slips of sections 1.1 to 1.7 outside of the worked example, in reading order. */
export const LECTURE_SLIPS: readonly Slip[] = [
  {
    where: '1.1 threshold unit, against 1.3 step 6',
    printed: 'fire if Σ wx − T ≥ 0; but f = 1 if y_in > θ',
    correct: 'two different units',
    why: 'The unit of 1.1 fires on equality and has two outputs; that of 1.3 must exceed θ and is undecided from −θ to θ.',
  },
  {
    where: '1.2 problems of tanh',
    printed: 'when inputs become small or large, the function saturates',
    correct: 'when inputs become large, negative or positive',
    why: 'Near 0 the slope of tanh is greatest; it saturates far from 0 on either side.',
  },
  {
    where: '1.3 steps 3 and 7',
    printed: 'Continue step 4-6 for every training vector',
    correct: 'Continue steps 4 to 7 for every training vector',
    why: 'Weights are adjusted after each example: step 7 belongs inside the loop.',
  },
  {
    where: '1.3 step 5, several output units',
    printed: 'y_in = b + Σ xᵢ w_i·y_in',
    correct: 'y_inⱼ = bⱼ + Σ xᵢ wᵢⱼ',
    why: 'The index j of the output unit was lost: each unit has its own net input, bias and column of weights.',
  },
  {
    where: '1.3 and 1.4, the letter θ',
    printed: 'θ for the dead zone, for the weight of the bias, and for all parameters',
    correct: 'three different things',
    why: 'In 1.3 θ is a constant half-width; in 1.4 θⱼ is learned; elsewhere θ stands for all that is learned.',
  },
  {
    where: '1.4 general algorithm, step 1',
    printed: '1. the input layer; then the output layer, then 3. its error',
    correct: '1. the input layer; 2. the hidden layers, then the output layer; 3. its error',
    why: 'The forward step of the hidden layer was left out; it has the same formulas as that of the output layer.',
  },
  {
    where: '1.7 gradient descent, the letter α',
    printed: 'α → Slope Parameter',
    correct: 'α is the learning rate',
    why: 'It scales the step; the slope is the gradient, which α multiplies.',
  },
  {
    where: '1.7 stochastic and mini-batch gradient descent',
    printed:
      'the gradient is updated every data item; calculate gradients for this mini batch, and update the gradients',
    correct: 'the parameters are updated, by the gradients',
    why: 'Gradients are computed anew in each step; what is changed and kept are weights and biases.',
  },
  {
    where: '1.7 early stopping, what is watched',
    printed: 'the performance on the validation set (or test set)',
    correct: 'the performance on the validation set',
    why: 'A set that decides when to stop has been used for training: its error no longer says how new data will fare.',
  },
  {
    where: '1.7 early stopping, its advantage',
    printed: "you don't need to search a hyperparameter",
    correct: 'the patience p is a hyperparameter',
    why: 'It is set before training and not learned, and another p stops at another step.',
  },
];
