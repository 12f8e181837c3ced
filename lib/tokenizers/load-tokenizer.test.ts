import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { testFolder } from '@/lib/testing/test-folder';
import { loadTokenizer } from './load-tokenizer';

const FIXTURE = 'lib/tokenizers/fixtures/bytes-chatml';
const setting = 'data.tokenizer_path';

test('a hub id is found in the local cache, at the snapshot that is in use', async () => {
  const hubCache = await testFolder();
  const model = path.join(hubCache, 'models--Org--Small-1');
  await cp(FIXTURE, path.join(model, 'snapshots', 'aaa'), { recursive: true });
  await mkdir(path.join(model, 'snapshots', 'zzz'), { recursive: true });
  await mkdir(path.join(model, 'refs'), { recursive: true });
  await writeFile(path.join(model, 'refs', 'main'), 'aaa');
  const tokenizer = await loadTokenizer('Org/Small-1', { baseDirs: [hubCache], hubCache, setting });
  expect(tokenizer.name).toBe('Org/Small-1');
  expect(tokenizer.decode(tokenizer.encode('Hello'))).toBe('Hello');
});

test('a hub id that is not in the cache is refused with what to put where', async () => {
  const hubCache = await testFolder();
  const missing = loadTokenizer('Qwen/Qwen3-8B', { baseDirs: [hubCache], hubCache, setting });
  await expect(missing).rejects.toThrow(/data\.tokenizer_path names Qwen\/Qwen3-8B/);
  await expect(missing).rejects.toThrow(/hf download Qwen\/Qwen3-8B/);
});

test('a folder without tokenizer.json, and a damaged one, name the file', async () => {
  const folder = await testFolder();
  await mkdir(path.join(folder, 'mine'));
  const load = () => loadTokenizer('mine', { baseDirs: [folder], hubCache: folder, setting });
  await expect(load()).rejects.toThrow(/mine has no tokenizer\.json/);
  await writeFile(path.join(folder, 'mine', 'tokenizer.json'), '{"model": ');
  await expect(load()).rejects.toThrow(/mine\/tokenizer\.json is not what it should be/);
});

test('a tokenizer that was mended is read again, and ends are those of the generation too', async () => {
  const folder = await testFolder();
  const mine = path.join(folder, 'mine');
  await cp(FIXTURE, mine, { recursive: true });
  const load = () => loadTokenizer('mine', { baseDirs: [folder], hubCache: folder, setting });
  const first = await load();
  expect(await load()).toBe(first);
  await writeFile(path.join(mine, 'generation_config.json'), '{"eos_token_id": [3, 5]}');
  await rm(path.join(mine, 'chat_template.jinja'));
  const second = await load();
  expect(second.eosTokenIds).toEqual([...first.eosTokenIds, 3, 5]);
  expect(() =>
    second.applyChatTemplate([{ role: 'user', content: 'a' }], { addGenerationPrompt: true }),
  ).toThrow(/has no chat template/);
});
