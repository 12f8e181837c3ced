import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './fixtures';
import { asDrawn, editorText, openFile, replaceLine, save } from './studio-page';

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

test('an edit of a shared layer lists what it changes in every variant, also of a recipe that includes it', async ({
  page,
  galley,
}) => {
  const borrowing = 'defaults:\n  - /pig_latin/common@_here_\n  - _self_\n';
  const folder = path.join(galley.recipesDir, 'my_task');
  await writeFile(path.join(folder, 'borrowing.yaml'), borrowing);
  await page.goto('/recipes/pig_latin?variant=embedded');
  await openFile(page, 'common.yaml');
  await replaceLine(page, 'batch_size: 64', 'batch_size: 48');
  const radius = page.getByRole('button', { name: /^changes \d variants of 2 recipes$/ });
  await radius.click();
  const region = page.getByRole('region', { name: 'Differences' });
  for (const entry of ['pig_latin/embedded.yaml', 'pig_latin/tinker.yaml', 'my_task/borrowing.yaml']) {
    const section = region.getByRole('region', { name: entry });
    await expect(section).toContainText(/data\.batch_size\s*64\s*→\s*48/);
  }
  await expect(region.getByRole('region', { name: 'my_task/embedded.yaml' })).toHaveCount(0);
  await region
    .getByRole('button', { name: /data\.batch_size/ })
    .first()
    .click();
  await expect(page.getByRole('group', { name: 'Open files' }).locator('[aria-current=true]')).toContainText(
    'common.yaml',
  );
});
