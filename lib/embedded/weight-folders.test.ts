import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodeSafetensors } from '@/lib/shared/safetensors';
import { createStateFiles } from './state-files';
import { readWeightFolder, writeWeightFolder } from './weight-folders';

const SHAPE = { modelWidth: 16, layers: 1, heads: 2, context: 32 };

let root = '';
let dataDir = '';
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'galley-weights-'));
  dataDir = path.join(root, 'data');
  await mkdir(dataDir);
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

/** A model whose only weight is `value`. */
function modelOf(value: number): Parameters<typeof writeWeightFolder>[2] {
  const states = createStateFiles(dataDir);
  const learner = encodeSafetensors([{ name: 'w', shape: [1], values: Float32Array.of(value) }], {});
  return { shape: SHAPE, saveState: (file) => states.write(file, { learner, weightVersion: value }) };
}

test('a folder of weights says its shape and holds them with their version', async () => {
  const written = await writeWeightFolder(dataDir, 'weights/run-1/step-1', modelOf(3));
  expect(written.path).toBe(path.join(dataDir, 'weights/run-1/step-1'));
  const read = await readWeightFolder(dataDir, written.path);
  expect(read).toEqual({ path: written.path, shape: SHAPE, weightsFile: written.weightsFile });
  const state = await createStateFiles(dataDir).read(read.weightsFile);
  expect(state.weightVersion).toBe(3);
  expect(written.bytes).toBe((await readFile(read.weightsFile)).byteLength);
});

test('writing again replaces the folder, and nothing else stays beside it', async () => {
  await writeWeightFolder(dataDir, 'sync', modelOf(1));
  await writeFile(path.join(dataDir, 'sync/left-over'), '');
  await writeWeightFolder(dataDir, 'sync', modelOf(2));
  expect(await readdir(dataDir)).toEqual(['sync']);
  expect(await readdir(path.join(dataDir, 'sync'))).toEqual(['config.json', 'model.safetensors']);
  const { weightsFile } = await readWeightFolder(dataDir, 'sync');
  expect((await createStateFiles(dataDir).read(weightsFile)).weightVersion).toBe(2);
});

test('a writer that fails leaves the older folder as it was', async () => {
  await writeWeightFolder(dataDir, 'sync', modelOf(1));
  const failing = { shape: SHAPE, saveState: () => Promise.reject(new Error('out of memory')) };
  await expect(writeWeightFolder(dataDir, 'sync', failing)).rejects.toMatchObject({ code: 'storage' });
  expect(await readdir(dataDir)).toEqual(['sync']);
  const { weightsFile } = await readWeightFolder(dataDir, 'sync');
  expect((await createStateFiles(dataDir).read(weightsFile)).weightVersion).toBe(1);
});

test('a missing folder, one without weights and a foreign model are refused in words', async () => {
  await expect(readWeightFolder(dataDir, 'none')).rejects.toThrow(/none: the file does not exist/);
  await mkdir(path.join(dataDir, 'qwen'));
  await writeFile(path.join(dataDir, 'qwen/config.json'), '{"model_type":"qwen3","hidden_size":1024}');
  await expect(readWeightFolder(dataDir, 'qwen')).rejects.toThrow(/does not describe an embedded model/);
  const { path: folder } = await writeWeightFolder(dataDir, 'sync', modelOf(1));
  await rm(path.join(folder, 'model.safetensors'));
  await expect(readWeightFolder(dataDir, 'sync')).rejects.toMatchObject({ code: 'invalid_state' });
});

test.each(['../outside', '/etc/weights', '.'])('the folder %j is refused', async (folder) => {
  await expect(writeWeightFolder(dataDir, folder, modelOf(1))).rejects.toMatchObject({
    code: 'invalid_request',
  });
});
