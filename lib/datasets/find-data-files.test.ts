import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { testFolder } from '@/lib/testing/test-folder';
import { findDataFiles } from './find-data-files';

async function folderWith(files: readonly string[]) {
  const base = await testFolder();
  for (const file of files) {
    await mkdir(path.dirname(path.join(base, file)), { recursive: true });
    await writeFile(path.join(base, file), '');
  }
  const find = async (named: string) => {
    const found = await findDataFiles(named, { setting: 'data.data_files', baseDirs: [base] });
    return found.map((file) => path.relative(base, file));
  };
  return { base, find };
}

test('a file is found once, however many ways of the pattern lead to it', async () => {
  const { find } = await folderWith(['a/b/one.jsonl', 'a/two.jsonl']);
  const both = ['a/two.jsonl', 'a/b/one.jsonl'];
  expect(await find('**/*.jsonl')).toEqual(both);
  expect(await find('**/**/*.jsonl')).toEqual(both);
  expect((await find('**/*/**/*.jsonl')).toSorted()).toEqual(both.toSorted());
});

test('a pattern that reaches through too much is refused with a remedy', async () => {
  const { base, find } = await folderWith(['one.jsonl']);
  const folders = Array.from({ length: 5_000 }, (_, index) => path.join(base, `f${index}`));
  for (const folder of folders) await mkdir(folder);
  await expect(find('**/*.jsonl')).rejects.toThrow('nearer to the data');
  expect(await find('*.jsonl')).toEqual(['one.jsonl']);
});
