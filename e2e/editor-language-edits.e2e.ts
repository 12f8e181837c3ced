import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './fixtures';
import { activeLine, lines, openFile, openPane, openWords, putCursor, writeWords } from './studio-editor';

test('F2 renames a key in every layer that gives or reads it', async ({ page, galley }) => {
  const folder = await writeWords(galley);
  await openWords(page, 'embedded.yaml');
  await putCursor(page, 'max_response_length', 3);
  await page.keyboard.press('F2');
  const name = page.getByRole('textbox', { name: 'Rename input' });
  await expect(name).toHaveValue('max_response_length');
  await name.fill('longest_answer');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('words/common.yaml');
  await expect(dialog).toContainText('words/embedded_small.yaml');
  await dialog.getByRole('button', { name: /^Rename/ }).click();
  await expect(dialog).toBeHidden();
  await expect(lines(page).filter({ hasText: '${data.longest_answer}' })).toHaveCount(1);
  await page.getByRole('button', { name: 'Save 3 files' }).click();
  await expect
    .poll(() => readFile(path.join(folder, 'embedded_small.yaml'), 'utf8'))
    .toContain('max_tokens: ${data.longest_answer}');
  expect(await readFile(path.join(folder, 'common.yaml'), 'utf8')).toContain('  longest_answer: 12\n');
  expect(await readFile(path.join(folder, 'embedded.yaml'), 'utf8')).toContain('# why this recipe is here');
});

test('one click mends a variable without its resolver and a key with a typing error', async ({
  page,
  galley,
}) => {
  await writeWords(galley, (text) =>
    text
      .replace('batch_size: 32', 'data_files: ["${NEXRL_DATA_PATH}/a.parquet"]\n  batch_sise: 32')
      .replace('"embedded_grpo"', '"embedded_grpo"\n  note: ${oc.env:JOURNEY_NOTE}'),
  );
  await openWords(page, 'embedded.yaml');
  const fixes = page.locator('.action-widget');
  await test.step('the variable', async () => {
    await putCursor(page, 'NEXRL_DATA_PATH', 2);
    await page.keyboard.press('Control+.');
    await fixes.getByText('Read the environment variable').click();
    await expect(lines(page).filter({ hasText: '"${oc.env:NEXRL_DATA_PATH}/a.parquet"' })).toHaveCount(1);
  });
  await test.step('the key', async () => {
    await putCursor(page, 'batch_sise', 2);
    await page.keyboard.press('Control+.');
    await fixes.getByText('Rename it to batch_size').click();
    await expect(lines(page).filter({ hasText: /batch_size:\s32/ })).toHaveCount(1);
  });
  await test.step('a variable that is not set takes a value for the preview, from the remark behind it', async () => {
    await page.getByText('JOURNEY_NOTE is not set · set for the preview').click();
    const field = page.getByRole('textbox', { name: 'Value of JOURNEY_NOTE for the preview only' });
    await expect(field).toBeFocused();
    await field.fill('a look');
    await expect(lines(page).filter({ hasText: /JOURNEY_NOTE}\s*=\s"a\slook"/ })).toHaveCount(1);
    await openPane(page, 'Resolved');
    await page.getByRole('searchbox', { name: 'Filter the resolved values' }).fill('note');
    await expect(page.getByRole('list', { name: 'Resolved configuration' })).toContainText('a look');
  });
  await test.step('and so from the list of problems', async () => {
    const checks = page.getByRole('region', { name: 'Checks' });
    const problem = checks.getByRole('listitem').filter({ hasText: 'NEXRL_DATA_PATH is not set' });
    await problem.getByRole('button', { name: 'Set for the preview only' }).click();
    const field = page.getByRole('textbox', { name: 'Value of NEXRL_DATA_PATH for the preview only' });
    await expect(field).toBeFocused();
  });
});

test('lines fold, overridden ones are dim, chips and problems lead to their line, a save formats', async ({
  page,
  galley,
}) => {
  const folder = await writeWords(galley, (text) =>
    text.replace('  batch_size: 32 # fewer\n', '  # how many\n  batch_size:   32 # fewer\n  seeed: 1\n'),
  );
  await openWords(page, 'embedded.yaml');
  await test.step('a problem in the list leads to its line', async () => {
    const checks = page.getByRole('region', { name: 'Checks' });
    await checks.getByRole('button', { name: 'embedded.yaml:9' }).click();
    await expect(activeLine(page)).toHaveText('9');
    await expect(
      page.locator('.monaco-editor .squiggly-error, .monaco-editor .squiggly-warning').first(),
    ).toBeVisible();
  });
  await test.step('a section folds and unfolds', async () => {
    await putCursor(page, 'train_service', 2);
    await page.keyboard.press('Control+Shift+BracketLeft');
    await expect(lines(page).filter({ hasText: 'main_actor' })).toHaveCount(0);
    await page.keyboard.press('Control+Shift+BracketRight');
    await expect(lines(page).filter({ hasText: 'main_actor' })).toHaveCount(1);
  });
  await test.step('a save evens out blanks and keeps comments', async () => {
    await putCursor(page, 'seeed');
    await page.keyboard.press('End');
    await page.keyboard.type('2');
    await page.keyboard.press('Control+s');
    await expect
      .poll(() => readFile(path.join(folder, 'embedded.yaml'), 'utf8'))
      .toContain('  # how many\n  batch_size: 32 # fewer\n  seeed: 12\n');
    expect(await readFile(path.join(folder, 'embedded.yaml'), 'utf8')).toContain(
      '# why this recipe is here\n',
    );
  });
  await test.step('the chip of a value leads to the layer that gives it', async () => {
    const row = page
      .getByRole('list', { name: 'Resolved configuration' })
      .getByRole('button')
      .filter({ hasText: 'max_prompt_length' });
    await expect(row.getByRole('img', { name: 'set in common.yaml:9' })).toBeVisible();
    await row.click();
    await expect(openFile(page)).toHaveText('common.yaml');
    await expect(activeLine(page)).toHaveText('9');
  });
  await test.step('a value that another layer overrides is dim and says by which', async () => {
    const dim = page.locator('.monaco-editor .galley-overridden').filter({ hasText: '64' });
    await dim.hover();
    await expect(page.locator('.monaco-hover:visible')).toContainText('overridden by embedded.yaml:8');
  });
});
