import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './fixtures';
import { addLine, answer, asDrawn, chooseFor, editorText, fileTree, openFile, save } from './studio-page';

test('every kind of file of a recipe is edited and saved, and the README is rendered beside its source', async ({
  page,
  galley,
}) => {
  const textOf = (file: string) => readFile(path.join(galley.recipesDir, 'my_task', file), 'utf8');
  await page.goto('/recipes/my_task?variant=embedded');
  const tree = fileTree(page);
  await openFile(page, 'MyTool.yaml');
  await addLine(page, '# a note of the journey\n');
  await tree.getByRole('button', { name: /^evaluator\.py/ }).click();
  await expect(editorText(page)).toContainText('class');
  await addLine(page, '# a note in Python\n');
  await openFile(page, 'self_hosted.env.sh');
  await addLine(page, 'export JOURNEY=1\n');
  await openFile(page, 'README.md');
  await page.getByRole('tab', { name: 'README' }).click();
  await addLine(page, '\n## Written in the journey\n');
  await expect(page.getByRole('heading', { name: 'Written in the journey' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Save 4 files' })).toBeEnabled();
  await save(page);
  expect(await textOf('agent_workspace/tools/MyTool.yaml')).toContain('# a note of the journey');
  expect(await textOf('agent_workspace/evaluator.py')).toContain('# a note in Python');
  expect(await textOf('self_hosted.env.sh')).toContain('export JOURNEY=1');
  expect(await textOf('README.md')).toContain('## Written in the journey');
});

test('a file is made, renamed with its unsaved text, duplicated, deleted and brought back', async ({
  page,
}) => {
  await page.goto('/recipes/my_task?variant=embedded');
  const tree = fileTree(page);
  const tabs = page.getByRole('group', { name: 'Open files' });
  await page.getByRole('button', { name: 'New or restore' }).click();
  await page.getByRole('menuitem', { name: 'New file…' }).click();
  await answer(page, 'agent_workspace/tools/Search.yaml', 'Create');
  await expect(tabs).toContainText('Search.yaml');
  await addLine(page, 'journey: 1\n');
  await save(page);
  await addLine(page, 'unsaved: 1\n');

  await chooseFor(page, 'Search.yaml', 'Rename or move…');
  await answer(page, 'agent_workspace/tools/Find.yaml', 'Rename');
  await expect(tabs).toContainText('tools/Find.yaml, unsaved');
  await expect(tabs).not.toContainText('Search.yaml');
  await expect(editorText(page)).toContainText(asDrawn('unsaved: 1'));
  await save(page);
  await page.getByRole('tab', { name: 'History' }).click();
  await expect(page.getByRole('list', { name: 'Versions' })).toContainText('tools/Search.yaml → ');

  await chooseFor(page, 'Find.yaml', 'Duplicate…');
  await answer(page, 'agent_workspace/tools/Find2.yaml', 'Duplicate');
  await expect(tree.getByRole('button', { name: /^Find2\.yaml/ })).toBeVisible();
  await addLine(page, 'never_saved: 1\n');
  await chooseFor(page, 'Find.yaml', 'Delete');
  await expect(tree.getByRole('button', { name: /^Find\.yaml/ })).toHaveCount(0);
  await expect(tabs).not.toContainText('tools/Find.yaml');
  await expect(page.getByRole('dialog')).toBeHidden();
  await page.getByRole('button', { name: 'Undo' }).click();
  await openFile(page, 'Find.yaml');
  await expect(editorText(page)).toContainText(asDrawn('never_saved: 1'));
});
