// A network learns from a CSV file row by row, of any length: run with `npm run build && node examples/streamCsv.js`.
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { input, layers, optimizers, sequential, setSeed } from 'pellucid';
import { streamCsv } from 'pellucid/node';

setSeed(1);
// The price of 2,000 made flats by their area and floor.
const file = join(await mkdtemp(join(tmpdir(), 'pellucid-')), 'flats.csv');
const rows = Array.from({ length: 2000 }, (_, i) => {
  const [area, floor] = [30 + ((i * 37) % 90), i % 7];
  return `${area},${floor},${(0.4 + 0.01 * floor) * area + 5}`;
});
await writeFile(file, ['area,floor,price', ...rows].join('\n'));

// Only the rows of a few batches are in memory at a time.
const flats = streamCsv(file)
  .map(({ area, floor, price }) => [[area / 100, floor / 10], [price / 50]])
  .shuffle(500, { seed: 1 })
  .batch(50)
  .prefetch(2);

const model = sequential([input([2]), layers.dense(16, { activation: 'relu' }), layers.dense(1)]);
model.compile({ optimizer: optimizers.adam({ learningRate: 0.01 }), loss: 'mse', metrics: ['mae'] });
const { history } = await model.fit(flats, { epochs: 10 });
console.log(
  `mean error: ${(50 * history.mae[0]).toFixed(1)} in the first epoch, ${(50 * history.mae[9]).toFixed(1)} in the last`,
);

const [[price]] = model.predict([[1, 0.3]]).array();
console.log(`100 square metres on floor 3: ${(50 * price).toFixed(1)}, by the rule 48`);
