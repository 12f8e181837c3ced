import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './fixtures';
import { openPane } from './studio-editor';

test('a rule that is broken while typing is shown with its reason, and its fix mends the layer', async ({
  page,
  galley,
}) => {
  const file = path.join(galley.recipesDir, 'pig_latin/common.yaml');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace('rollout_repeat_n: 8', 'rollout_repeat_n: 8 # a group'));
  await page.goto('/recipes/pig_latin?variant=embedded&file=pig_latin%2Fcommon.yaml');
  const checks = page.getByRole('region', { name: 'Checks' });
  await expect(checks).toContainText('passed', { timeout: 30_000 });
  await expect(checks).toContainText('no problems');

  await page.locator('.monaco-editor .view-line', { hasText: 'rollout_repeat_n' }).click();
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+End');
  await page.keyboard.type('rollout_repeat_n: 1 # a group');
  await expect(checks).toContainText('data.rollout_repeat_n is 1');
  await expect(checks).toContainText('GRPO learns from differences within a group');
  await checks.getByRole('button', { name: 'Use 8' }).click();
  await expect(checks).toContainText('no problems');
  await expect(page.locator('.monaco-editor .view-lines')).toContainText(/rollout_repeat_n:\s8\s#\sa\sgroup/);
});

test('an unknown key is named with the nearest one, and renamed', async ({ page, galley }) => {
  const file = path.join(galley.recipesDir, 'pig_latin/embedded.yaml');
  await writeFile(file, (await readFile(file, 'utf8')).replace('save_freq:', 'save_frek:'));
  await page.goto('/recipes/pig_latin?variant=embedded');
  const checks = page.getByRole('region', { name: 'Checks' });
  await expect(checks).toContainText('Unknown key trainer.save_frek: did you mean save_freq?', {
    timeout: 30_000,
  });
  await checks.getByRole('button', { name: 'Rename it to save_freq' }).click();
  await expect(checks).not.toContainText('Unknown key');
  await checks
    .getByText(/^\d+ passed$/)
    .last()
    .click();
  await expect(checks).toContainText('every 10 of 300 steps');
});

test('an older shape is migrated by one click, and comments stay', async ({ page, galley }) => {
  const file = path.join(galley.recipesDir, 'my_task/self_hosted.yaml');
  const text = await readFile(file, 'utf8');
  await writeFile(
    file,
    text.replace('    backend: http\n', '    # the old server\n    backend: http # plain\n'),
  );
  await page.goto('/recipes/my_task?variant=self_hosted');
  const checks = page.getByRole('region', { name: 'Checks' });
  await expect(checks).toContainText('is a service without a name', { timeout: 30_000 });
  await checks.getByRole('button', { name: 'Migrate to today’s shape' }).first().click();
  await expect(checks).not.toContainText('is a service without a name');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect.poll(() => readFile(file, 'utf8')).toContain('main_actor:');
  const migrated = await readFile(file, 'utf8');
  expect(migrated).toContain('# the old server');
  expect(migrated).toContain('backend: direct-zmq # plain');
});

test('what is known of a key stands in the Docs pane and on the page of all keys', async ({ page }) => {
  await page.goto('/recipes/pig_latin?variant=embedded');
  await openPane(page, 'Docs');
  const docs = page.getByRole('region', { name: 'Docs' });
  await docs.getByRole('searchbox', { name: 'Search the keys' }).fill('group rollouts per prompt');
  await docs.getByRole('button', { name: /data\.rollout_repeat_n/ }).click();
  await expect(docs).toContainText('Rollouts per prompt, the size of a GRPO group.');
  await docs.getByRole('link', { name: 'All keys' }).click();
  await page.waitForURL(/\/reference/);
  await page.getByRole('searchbox', { name: 'Search the keys' }).fill('staleness');
  await expect(page.getByRole('article')).toHaveCount(1);
  await expect(page.getByRole('article')).toContainText('weight.sync_mode is sync');
});
