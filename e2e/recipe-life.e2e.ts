import { expect, test } from './fixtures';

test('a recipe is made from a template, edited, saved as a version, deleted and brought back', async ({
  page,
}) => {
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

  await test.step('an edit of the shared layer shows what it changes, and is a version once saved', async () => {
    await page
      .getByRole('navigation', { name: 'Files of the recipe' })
      .getByRole('button', { name: /^common\.yaml/ })
      .click();
    await page.locator('.monaco-editor .view-lines').click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('journey_note: one\n');
    await page.getByRole('button', { name: 'changes 1 variant of 1 recipe' }).click();
    await expect(page.getByRole('region', { name: 'Differences' })).toContainText('journey_note');
    await page.getByRole('tab', { name: 'History' }).click();
    await page.getByRole('textbox', { name: 'Message of the next save' }).fill('first note');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(page.getByRole('list', { name: 'Versions' })).toContainText('first note');
  });

  await test.step('deleted, and brought back', async () => {
    await page.goto('/recipes');
    await page.getByRole('button', { name: 'Actions for life_journey' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(page.getByText('life_journey is back.')).toBeVisible();
  });
});
