import { execFile } from 'node:child_process';
import { cp, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from './fixtures';
import { addLine, fileTree, save } from './studio-page';

const run = promisify(execFile);

test('a git repository below the recipes shows its branch and what is not committed', async ({
  page,
  galley,
}) => {
  const folder = path.join(galley.recipesDir, 'versioned');
  await cp(path.join(galley.recipesDir, 'pig_latin'), folder, { recursive: true });
  const git = (...args: readonly string[]) =>
    run('git', ['-c', 'user.name=Journey', '-c', 'user.email=journey@example.org', ...args], { cwd: folder });
  await git('init', '-q', '-b', 'trunk');
  await git('add', '.');
  await git('commit', '-q', '-m', 'start');
  await page.goto('/recipes/versioned?variant=embedded&file=versioned%2Fcommon.yaml');
  await expect(page.getByText(/⎇ trunk/)).toBeVisible();
  const row = (name: string) => fileTree(page).getByRole('listitem').filter({ hasText: name }).last();
  await addLine(page, 'tracked: 1\n');
  await save(page);
  await expect(row('common.yaml').getByRole('img', { name: 'changed since the last commit' })).toBeVisible();
  await writeFile(path.join(folder, 'notes.md'), '# new\n');
  await expect(row('notes.md').getByRole('img', { name: 'not in git yet' })).toBeVisible();
  await git('add', '.');
  await git('commit', '-q', '-m', 'second');
  await expect(row('common.yaml').getByRole('img', { name: 'changed since the last commit' })).toHaveCount(0);
  await git('checkout', '-q', '-b', 'side');
  await expect(page.getByText(/⎇ side/)).toBeVisible();
  // As `git mv` or a file manager does.
  await rename(folder, path.join(galley.recipesDir, 'elsewhere'));
  await expect(page.getByText(/versioned is no longer in the recipes folder/)).toBeVisible();
});
