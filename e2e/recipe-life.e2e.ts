import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './fixtures';
import { addLine, answer, asDrawn, editorText, openFile, save } from './studio-page';
import { openPane } from './studio-editor';

test('a recipe is made from a template, saved with a message, and an older version restored and undone', async ({
  page,
  galley,
}) => {
  const common = path.join(galley.recipesDir, 'life_journey/common.yaml');
  await test.step('from a template', async () => {
    await page.goto('/recipes');
    await page.getByRole('button', { name: 'New recipe' }).click();
    await page.getByRole('textbox', { name: 'Name of the recipe' }).fill('life_journey');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.waitForURL(/\/recipes\/life_journey/);
    await expect(page.getByRole('list', { name: 'Resolved configuration' })).toContainText(
      'total_train_steps',
    );
  });

  await test.step('Ctrl+Shift+S asks for a message, Ctrl+S does not', async () => {
    await openFile(page, 'common.yaml');
    await addLine(page, 'journey_note: one\n');
    await page.keyboard.press('Control+Shift+S');
    await answer(page, 'first note', 'Save');
    await expect.poll(() => readFile(common, 'utf8')).toContain('journey_note: one');
    await addLine(page, 'journey_more: two\n');
    await page.keyboard.press('Control+S');
    await expect.poll(() => readFile(common, 'utf8')).toContain('journey_more: two');
    await expect(page.getByRole('dialog')).toBeHidden();
  });

  const versions = page.getByRole('list', { name: 'Versions' });
  await test.step('History shows the versions; one is given a name', async () => {
    await openPane(page, 'History');
    await expect(versions.getByRole('listitem')).toHaveCount(3);
    await expect(versions.getByRole('listitem').nth(1)).toContainText('first note');
    await versions.getByRole('listitem').nth(1).getByRole('button', { name: 'Name…' }).click();
    await answer(page, 'baseline', 'Name');
    await expect(versions.getByRole('listitem').nth(1)).toContainText('baseline');
  });

  await test.step('the named version is restored as a draft, and that is undone', async () => {
    const restore = versions.getByRole('listitem').nth(1).getByRole('button', { name: 'Restore as a draft' });
    await restore.click();
    await expect(editorText(page)).not.toContainText('journey_more');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(editorText(page)).toContainText(asDrawn('journey_more: two'));
    await expect(page.getByRole('button', { name: 'Save', exact: true })).toBeDisabled();
    await restore.click();
    await expect(editorText(page)).not.toContainText('journey_more');
    await page.getByRole('textbox', { name: 'Message of this version' }).fill('back to the baseline');
    await page.getByRole('button', { name: 'Save version' }).click();
    await expect(versions.getByRole('listitem').first()).toContainText('back to the baseline');
    expect(await readFile(common, 'utf8')).not.toContain('journey_more');
    await expect(page.getByRole('button', { name: 'Save', exact: true })).toBeDisabled();
  });

  await test.step('the whole recipe is restored with its differences in view, and that is undone', async () => {
    const was = await readFile(common, 'utf8');
    await page.getByRole('radio', { name: 'the whole recipe' }).check();
    const first = versions.getByRole('listitem').last();
    await first.getByRole('button', { name: 'Restore the recipe…' }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByRole('list', { name: 'What changes' })).toContainText('common.yaml');
    await expect(dialog.locator('.monaco-diff-editor')).toContainText(asDrawn('journey_note: one'));
    await dialog.getByRole('button', { name: 'Restore 1 file' }).click();
    await expect(dialog).toBeHidden();
    await expect.poll(() => readFile(common, 'utf8')).not.toContain('journey_note');
    await expect(editorText(page)).not.toContainText('journey_note');
    await expect(versions.getByRole('listitem').first()).toContainText('the recipe as of');
    const told = page.locator('[data-sonner-toast]', { hasText: 'on the disk changed' });
    await told.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => readFile(common, 'utf8')).toBe(was);
  });

  await test.step('arrow keys lead along the panes and to those without room', async () => {
    const panes = page.getByRole('tablist', { name: 'About this recipe' }).getByRole('tab');
    await panes.first().click();
    await page.keyboard.press('ArrowRight');
    await expect(page.getByRole('tab', { name: 'Diff' })).toBeFocused();
    await expect(page.getByRole('tab', { name: 'Diff' })).toHaveAttribute('aria-selected', 'true');
    await page.keyboard.press('End');
    await expect(panes.last()).toBeFocused();
    await page.keyboard.press('ArrowRight');
    await expect(page.getByRole('button', { name: 'More panes' })).toBeFocused();
    await page.keyboard.press('ArrowLeft');
    await expect(panes.last()).toBeFocused();
  });
});

test('a recipe is duplicated, renamed, deleted and brought back on the list', async ({ page }) => {
  await page.goto('/recipes');
  const card = (name: string) =>
    page.getByRole('listitem').filter({ has: page.getByText(name, { exact: true }) });
  await page.getByRole('button', { name: 'Actions for pig_latin' }).click();
  await page.getByRole('menuitem', { name: 'Duplicate…' }).click();
  await answer(page, 'pig_two', 'Duplicate');
  await expect(card('pig_two').first()).toBeVisible();
  await page.getByRole('button', { name: 'Actions for pig_two' }).click();
  await page.getByRole('menuitem', { name: 'Rename…' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('pig_latin');
  await page.getByRole('button', { name: 'Rename', exact: true }).click();
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('exists already');
  await answer(page, 'pig_three', 'Rename');
  await expect(card('pig_three').first()).toBeVisible();
  await page.getByRole('button', { name: 'Actions for pig_three' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await expect(card('pig_three')).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('pig_three is back.')).toBeVisible();
  await page.goto('/recipes/pig_three?variant=embedded');
  await openFile(page, 'embedded.yaml');
  await addLine(page, '# still editable\n');
  await save(page);
});
