import { execFileSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { testFolder } from '@/lib/testing/test-folder';
import { readGitState } from './git-state';

async function repository() {
  const folder = await testFolder();
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: folder });
  const put = async (file: string, text: string) => {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), text);
  };
  git('init', '-q', '-b', 'trunk');
  return { folder, git, put, recipes: path.join(folder, 'my recipes') };
}

test('a folder below a repository shows its branch, its commit and what changed, by path from itself', async () => {
  const { git, put, recipes, folder } = await repository();
  for (const name of ['a b.yaml', 'gone.yaml', 'old.yaml', 'same.yaml'])
    await put(`my recipes/x/${name}`, `${name}\n`);
  await put('elsewhere.txt', '1');
  git('add', '-A');
  git('commit', '-qm', 'first');
  await put('my recipes/x/a b.yaml', 'changed\n');
  await put('elsewhere.txt', '2');
  await rm(path.join(folder, 'my recipes/x/gone.yaml'));
  git('mv', 'my recipes/x/old.yaml', 'my recipes/x/ünew.yaml');
  await put('my recipes/x/fresh.md', 'new');
  await put('my recipes/y/common.yaml', 'new');
  const state = await readGitState(recipes);
  expect(state).toMatchObject({ branch: 'trunk', ahead: null, behind: null });
  expect(state?.commit).toMatch(/^[0-9a-f]{8}$/);
  expect(state?.marks).toEqual({
    'x/a b.yaml': 'changed',
    'x/gone.yaml': 'deleted',
    'x/ünew.yaml': 'changed',
    'x/fresh.md': 'new',
    'y/': 'new',
  });
});

test('before the first commit there is a branch and no commit; on a detached head the reverse', async () => {
  const { git, put, folder } = await repository();
  expect(await readGitState(folder)).toMatchObject({ branch: 'trunk', commit: null });
  await put('a.yaml', 'x');
  git('add', '-A');
  git('commit', '-qm', 'first');
  git('checkout', '-q', '--detach');
  expect((await readGitState(folder))?.branch).toBeNull();
});

test('outside a repository there is nothing to show', async () => {
  expect(await readGitState(await testFolder())).toBeNull();
  expect(await readGitState('/nowhere/at/all')).toBeNull();
});
