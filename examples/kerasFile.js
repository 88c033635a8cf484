// A model that Keras saved is opened, used, trained on, and saved: `node examples/kerasFile.js [model.keras]`.
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { abs, max, randomNormal } from 'pellucid';
import { loadModel, saveModel } from 'pellucid/formats';

const path = process.argv[2] ?? new URL('../fixtures/keras/adam.keras', import.meta.url);
const { model } = await loadModel(await readFile(path));
console.log(model.summary());

const x = randomNormal([8, ...model.inputShape], 0, 1, { seed: 1 });
const before = model.predict(x);
console.log('predicts', before.shape, 'from', x.shape);

const file = join(await mkdtemp(join(tmpdir(), 'pellucid-')), 'again.keras');
await writeFile(file, await saveModel(model));
const { model: again } = await loadModel(await readFile(file));
const difference = max(abs(again.predict(x).sub(before))).item();
console.log(`Saved to ${file}; opened again, it differs by ${difference}.`);
