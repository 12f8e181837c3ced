import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './fixtures';
import { asDrawn, editorText, replaceLine, save } from './studio-page';

test('what others write arrives without a reload, is merged by key path, or asked about key by key', async ({
  page,
  galley,
}) => {
  const folder = path.join(galley.recipesDir, 'pig_latin');
  const common = path.join(folder, 'common.yaml');
  const change = async (...pairs: readonly (readonly [string, string])[]) => {
    const text = await readFile(common, 'utf8');
    await writeFile(
      common,
      pairs.reduce((now, [from, to]) => now.replace(from, to), text),
    );
  };
  await page.goto('/recipes/pig_latin?variant=embedded&file=pig_latin%2Fcommon.yaml');
  await expect(editorText(page)).toContainText(asDrawn('seed: 42'));

  await test.step('a clean file follows the disk', async () => {
    await change(['seed: 42', 'seed: 43']);
    await expect(editorText(page)).toContainText(asDrawn('seed: 43'));
    await expect(page.getByRole('button', { name: 'Save', exact: true })).toBeDisabled();
  });

  await test.step('a draft of another key is merged', async () => {
    await replaceLine(page, 'batch_size: 64', 'batch_size: 32');
    await change(['rollout_repeat_n: 8', 'rollout_repeat_n: 16 # by hand']);
    await expect(editorText(page)).toContainText(asDrawn('rollout_repeat_n: 16 # by hand'));
    await expect(editorText(page)).toContainText(asDrawn('batch_size: 32'));
    await expect(page.getByRole('dialog')).toBeHidden();
  });

  await test.step('the same keys are asked about one by one', async () => {
    await replaceLine(page, 'seed: 43', 'seed: 7');
    await change(
      ['batch_size: 64', 'batch_size: 128'],
      ['seed: 43', 'seed: 99'],
      ['shuffle: true', 'shuffle: false'],
    );
    const dialog = page.getByRole('dialog', { name: 'pig_latin/common.yaml was changed on disk' });
    await expect(dialog.getByRole('group', { name: 'data.seed' })).toBeVisible();
    await dialog
      .getByRole('group', { name: 'data.seed' })
      .getByRole('radio', { name: /On disk/ })
      .click();
    await dialog.getByRole('button', { name: 'Merge into my draft' }).click();
    await expect(dialog).toBeHidden();
    await save(page);
    const text = await readFile(common, 'utf8');
    expect(text).toContain('seed: 99');
    expect(text).toContain('batch_size: 32');
    expect(text).toContain('rollout_repeat_n: 16 # by hand');
    expect(text).toContain('shuffle: false');
  });

  await test.step('a new variant can be chosen at once, and a new recipe is on the list', async () => {
    await writeFile(
      path.join(folder, 'by_hand.yaml'),
      'defaults:\n  - embedded\n  - _self_\nproject_name: by-hand\n',
    );
    await expect(page.getByRole('radio', { name: /by.hand/i })).toBeVisible();
    await page.getByRole('radio', { name: /by.hand/i }).click();
    await expect(page.getByRole('list', { name: 'Resolved configuration' })).toContainText('by-hand');
    await page.goto('/recipes');
    await expect(page.getByText('pig_latin', { exact: true }).first()).toBeVisible();
    await mkdir(path.join(galley.recipesDir, 'from_disk'));
    await writeFile(path.join(galley.recipesDir, 'from_disk/common.yaml'), 'a: 1\n');
    await expect(page.getByText('from_disk', { exact: true }).first()).toBeVisible();
  });
});
