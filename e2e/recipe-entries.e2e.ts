import { expect, test } from './fixtures';
import { addLine, answer, asDrawn, chooseFor, editorText, fileTree, openFile, save } from './studio-page';
import { openPane } from './studio-editor';

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
  await openPane(page, 'History');
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
