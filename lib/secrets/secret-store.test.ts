import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSecretStore } from './secret-store';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'galley-secrets-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

test('keeps secrets where only their owner may read them', async () => {
  const store = createSecretStore(dataDir);
  expect(await store.names()).toEqual([]);
  await Promise.all([store.set('HF_TOKEN', 'a'), store.set('API_KEY', 'two\nlines')]);
  await store.set('HF_TOKEN', 'b');
  expect(await store.values()).toEqual({ API_KEY: 'two\nlines', HF_TOKEN: 'b' });
  expect((await stat(store.folder)).mode & 0o777).toBe(0o700);
  expect((await stat(path.join(store.folder, 'HF_TOKEN'))).mode & 0o777).toBe(0o600);
  expect(await store.unset('HF_TOKEN')).toBe(true);
  expect(await store.unset('HF_TOKEN')).toBe(false);
  expect(await readdir(store.folder)).toEqual(['API_KEY']);
});

test('refuses a store that others may read, and says how to mend it', async () => {
  const store = createSecretStore(dataDir);
  await store.set('A_KEY', 'x');
  await chmod(path.join(store.folder, 'A_KEY'), 0o644);
  await expect(store.values()).rejects.toThrow(/644.*chmod 600/);
  await chmod(store.folder, 0o755);
  await expect(store.names()).rejects.toThrow(/chmod 700/);
  await expect(store.set('B_KEY', 'x')).rejects.toThrow(/chmod 700/);
});

test.each(['../x', 'a b', '', '1A', '.hidden'])('refuses the name %j', async (name) => {
  await expect(createSecretStore(dataDir).set(name, 'x')).rejects.toThrow(/letters, digits/);
});
