// A recurrent network tells praise from blame, letter by letter: run with `npm run build && node examples/text.js`.
import { input, layers, optimizers, sequential, utils } from 'pellucid';

utils.setRandomSeed(1);
const praise = ['good', 'great', 'fun', 'lovely'];
const blame = ['bad', 'poor', 'dull', 'boring'];
const examples = [...praise, ...blame].flatMap((word) =>
  ['it is', 'it is not', 'was it ever', 'that was not'].map((start) => {
    return { text: `${start} ${word}`, label: Number(praise.includes(word) !== start.endsWith('not')) };
  }),
);

const letters = (text) => Array.from(text, (letter) => (letter === ' ' ? 27 : letter.charCodeAt(0) - 96));
const prepare = (texts) => utils.padSequences(texts.map(letters), { maxlen: 20 });
const x = prepare(examples.map(({ text }) => text));
const y = examples.map(({ label }) => [label]);

const model = sequential([
  input([20], { dtype: 'int32' }),
  layers.embedding(28, 8, { maskZero: true }),
  layers.gru(24),
  layers.dense(1, { activation: 'sigmoid' }),
]);
model.compile({ optimizer: optimizers.adam({ learningRate: 0.02 }), loss: 'binaryCrossentropy' });
await model.fit(x, y, { epochs: 120, batchSize: 8 });

for (const text of ['it is good', 'it is not good', 'it is dull', 'that was not dull']) {
  const [[chance]] = model.predict(prepare([text])).array();
  console.log(`${text}: ${chance > 0.5 ? 'praise' : 'blame'} (${chance.toFixed(2)})`);
}
