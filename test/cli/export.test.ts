import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { loadModel, loadOnnx, readSafetensors } from '../../src/formats/index.ts';
import '../../src/index.ts';

const COMMAND = fileURLToPath(new URL('../../dist/bundled/main.js', import.meta.url));
const KERAS = fileURLToPath(new URL('../../fixtures/keras/activations.keras', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pellucid-export-'));
const path = join(folder, 'net.keras');
copyFileSync(KERAS, path);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) =>
  spawnSync(process.execPath, [COMMAND, 'export', ...args], { cwd: folder, encoding: 'utf8' });

describe('pellucid export', () => {
  test('writes ONNX that predicts as the model does', async () => {
    expect(run('net.keras', '--to', 'onnx')).toMatchObject({ status: 0, stdout: 'net.onnx\n', stderr: '' });
    const { model } = await loadModel(readFileSync(path));
    const program = loadOnnx(readFileSync(join(folder, 'net.onnx')));
    const x = [[0.1, -2, 3, 0.5]];
    const found = program.run({ [program.inputs[0]?.name ?? '']: x })[program.outputs[0]?.name ?? ''];
    const wanted = [...model.predict(x).dataSync()];
    for (const [i, value] of (found?.dataSync() ?? []).entries())
      expect(value).toBeCloseTo(wanted[i] ?? Number.NaN, 5);
    expect(found?.size).toBe(wanted.length);
  });

  test('writes weights, TypeScript and Python, where it is told', async () => {
    const { model } = await loadModel(readFileSync(path));
    expect(run('net.keras', '--to', 'safetensors', '--out', 'w.safetensors').stdout).toBe('w.safetensors\n');
    expect(readSafetensors(readFileSync(join(folder, 'w.safetensors'))).tensors.size).toBe(
      model.weights.length,
    );
    expect(run('net.keras', '--to', 'typescript').status).toBe(0);
    expect(readFileSync(join(folder, 'net.ts'), 'utf8')).toMatch(/^import .* from 'pellucid';/);
    expect(run('net.keras', '--to', 'python').status).toBe(0);
    expect(readFileSync(join(folder, 'net.py'), 'utf8')).toMatch(/^import keras\n/);
  });

  test('says what is wrong with a kind or a file', () => {
    expect(run('net.keras', '--to', 'stone')).toMatchObject({ status: 2 });
    expect(run('none.keras', '--to', 'onnx').stderr).toMatch(/^pellucid: none\.keras: /);
  });
});
