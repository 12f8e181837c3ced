import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './fixtures';
import { asDrawn, editorText, replaceLine, save } from './studio-page';

const URL = '/recipes/pig_latin?variant=embedded&file=pig_latin%2Fcommon.yaml';

test('a save over a version that another tab replaced is refused, and what both did is put together', async ({
  page,
  browser,
  galley,
}) => {
  const common = path.join(galley.recipesDir, 'pig_latin/common.yaml');
  // Another browser that hears nothing of changes, as behind a network that drops streams.
  const deaf = await browser.newContext({ baseURL: galley.url });
  await deaf.route('**/api/events**', (route) => route.abort());
  const other = await deaf.newPage();
  await other.goto(URL);
  await expect(editorText(other)).toContainText(asDrawn('seed: 42'));
  await page.goto(URL);
  await expect(editorText(page)).toContainText(asDrawn('seed: 42'));

  await replaceLine(page, 'seed: 42', 'seed: 1');
  await replaceLine(page, 'batch_size: 64', 'batch_size: 16');
  await save(page);

  await replaceLine(other, 'seed: 42', 'seed: 2');
  await other.keyboard.press('Control+S');
  const dialog = other.getByRole('dialog', { name: 'pig_latin/common.yaml was changed on disk' });
  await expect(dialog.getByRole('group')).toHaveCount(1);
  await expect(dialog.getByRole('group', { name: 'data.seed' })).toContainText(/Mine\s*2\s*On disk\s*1/);
  expect(await readFile(common, 'utf8')).toContain('seed: 1\n');
  await dialog.getByRole('button', { name: 'Merge into my draft' }).click();
  await expect(editorText(other)).toContainText(asDrawn('batch_size: 16'));
  await other.keyboard.press('Control+S');
  await expect.poll(() => readFile(common, 'utf8')).toContain('seed: 2\n');
  expect(await readFile(common, 'utf8')).toContain('batch_size: 16');
  // The first tab hears of it.
  await expect(editorText(page)).toContainText(asDrawn('seed: 2'));
  await deaf.close();
});
