import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from '@/lib/shared/safetensors';
import { createStateFiles } from './state-files';

let root = '';
let dataDir = '';
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'galley-state-'));
  dataDir = path.join(root, 'data');
  await mkdir(dataDir);
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

const learner = encodeSafetensors([{ name: 'w', shape: [3], values: Float32Array.of(1, -2, Infinity) }], {
  step: '5',
});

test('a state comes back with its weight version, and stays a safetensors file', async () => {
  const states = createStateFiles(dataDir);
  const saved = await states.write('runs/1/step-5.safetensors', { learner, weightVersion: 12 });
  expect(saved.path).toBe(path.join(dataDir, 'runs/1/step-5.safetensors'));
  const bytes = await readFile(saved.path);
  expect(saved.bytes).toBe(bytes.byteLength);
  const read = await states.read(saved.path);
  expect(read.weightVersion).toBe(12);
  const { tensors, metadata } = decodeSafetensors(read.learner);
  expect([...(tensors.get('w') ?? [])]).toEqual([1, -2, Infinity]);
  expect(metadata['step']).toBe('5');
  expect(bytes.readUInt32LE(0) % 8).toBe(0);
});

test('saving again replaces the file and leaves nothing else behind', async () => {
  const states = createStateFiles(dataDir);
  await states.write('a.safetensors', { learner, weightVersion: 1 });
  await states.write('a.safetensors', { learner, weightVersion: 2 });
  expect((await states.read('a.safetensors')).weightVersion).toBe(2);
  expect(await readdir(dataDir)).toEqual(['a.safetensors']);
});

test.each(['../outside.safetensors', '/etc/passwd', 'runs/../../outside', '.\0'])(
  'the path %j is refused',
  async (file) => {
    const states = createStateFiles(dataDir);
    await expect(states.write(file, { learner, weightVersion: 1 })).rejects.toMatchObject({
      code: 'invalid_request',
    });
    await expect(states.read(file)).rejects.toMatchObject({ code: 'invalid_request' });
  },
);

test('a link that leads out of the data directory is refused, for files that are there and for new ones', async () => {
  await writeFile(path.join(root, 'secret.safetensors'), learner);
  await symlink(root, path.join(dataDir, 'out'));
  const states = createStateFiles(dataDir);
  await expect(states.read('out/secret.safetensors')).rejects.toMatchObject({ code: 'invalid_request' });
  await expect(states.write('out/new/deep.safetensors', { learner, weightVersion: 1 })).rejects.toMatchObject(
    {
      code: 'invalid_request',
    },
  );
  expect(await readdir(root)).toEqual(['data', 'secret.safetensors']);
});

test('a missing, a cut and a foreign file are told apart from a state', async () => {
  const states = createStateFiles(dataDir);
  await expect(states.read('none.safetensors')).rejects.toThrow(/does not exist/);
  await writeFile(path.join(dataDir, 'cut'), learner.subarray(0, 20));
  await expect(states.read('cut')).rejects.toMatchObject({ code: 'invalid_state' });
  await writeFile(path.join(dataDir, 'text'), 'hello, I am no state at all');
  await expect(states.read('text')).rejects.toThrow(/damaged/);
});

test('a place that cannot be written says so', async () => {
  await writeFile(path.join(dataDir, 'file'), '');
  const states = createStateFiles(dataDir);
  await expect(states.write('file/a.safetensors', { learner, weightVersion: 1 })).rejects.toThrow(
    /training state/,
  );
});
