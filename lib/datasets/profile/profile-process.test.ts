import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { DataPlan } from '@/lib/domain/data-profile';
import { bundleForTest } from '@/lib/testing/bundle-for-test';
import { testFolder } from '@/lib/testing/test-folder';
import { profileData } from './profile-data';
import { profileInProcess } from './profile-process';

const PLAN: DataPlan = {
  entry: 'r/embedded.yaml',
  backend: 'embedded',
  trainFiles: ['train.jsonl'],
  validationFiles: null,
  promptKey: 'prompt',
  tokenizer: null,
  tokenizerKey: 'data.tokenizer_path',
  answerKey: null,
  maxPromptLength: 8,
  maxResponseLength: 4,
  maxSequenceLength: 64,
  sequenceKey: 'service.embedded_service.model.context',
  filterPrompts: false,
  batchSize: 1,
  dropLast: true,
};

async function aFolder(rows: number): Promise<{ folder: string; childPath: string }> {
  const folder = await testFolder();
  const text = Array.from({ length: rows }, (_, row) => `${JSON.stringify({ prompt: `p${row}` })}\n`);
  await writeFile(path.join(folder, 'train.jsonl'), text.join(''));
  return { folder, childPath: await bundleForTest('lib/datasets/profile/profile-child.ts', folder) };
}

test('a process of its own finds the same as this one', async () => {
  const { folder, childPath } = await aFolder(50);
  const places = { baseDirs: [folder], hubCache: folder };
  const { signal } = new AbortController();
  const there = await profileInProcess(PLAN, { ...places, childPath, signal });
  const here = await profileData(PLAN, places);
  expect({ ...there, milliseconds: 0 }).toEqual({ ...here, milliseconds: 0 });
});

test('it is ended when nobody wants the answer any more', async () => {
  const { folder, childPath } = await aFolder(200_000);
  const stop = new AbortController();
  const asked = profileInProcess(PLAN, {
    baseDirs: [folder],
    hubCache: folder,
    childPath,
    signal: stop.signal,
    onFirst: () => stop.abort(new Error('gone')),
  });
  await expect(asked).rejects.toThrow('gone');
});

test('a process that cannot start is an error with its reason', async () => {
  const { signal } = new AbortController();
  const asked = profileInProcess(PLAN, { baseDirs: [], hubCache: '', childPath: '/nowhere.mjs', signal });
  await expect(asked).rejects.toThrow(/The process that reads the data broke: [^]*nowhere/);
});
