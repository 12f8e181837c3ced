import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './fixtures';
import { openPane } from './studio-editor';
import { addLine, editorText, fileTree, openFile, save } from './studio-page';

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
  await openPane(page, 'README');
  await addLine(page, '\n## Written in the journey\n');
  await expect(page.getByRole('heading', { name: 'Written in the journey' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Save 4 files' })).toBeEnabled();
  await save(page);
  expect(await textOf('agent_workspace/tools/MyTool.yaml')).toContain('# a note of the journey');
  expect(await textOf('agent_workspace/evaluator.py')).toContain('# a note in Python');
  expect(await textOf('self_hosted.env.sh')).toContain('export JOURNEY=1');
  expect(await textOf('README.md')).toContain('## Written in the journey');
});
