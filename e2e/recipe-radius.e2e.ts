import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './fixtures';
import { openFile, replaceLine } from './studio-page';

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
