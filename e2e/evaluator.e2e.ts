import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './fixtures';
import { openPane } from './studio-editor';

test('an evaluator is tried on a row, its case kept, and broken by a later change', async ({
  page,
  galley,
}) => {
  await page.goto('/recipes/pig_latin?variant=embedded');
  await openPane(page, 'Evaluator');
  const pane = page.getByRole('form', { name: 'Evaluator' });
  await expect(pane.getByLabel('Row, as the evaluator gets it')).toHaveValue(/"prompt"/);
  await pane.getByRole('button', { name: 'Run evaluator' }).click();
  const result = page.getByRole('region', { name: 'Result' });
  await expect(result.getByLabel('Reward')).toHaveText('1');

  const cases = page.getByRole('region', { name: 'Saved cases' });
  await cases.getByLabel('Name of the case').fill('the right word');
  await cases.getByRole('button', { name: 'Save as case' }).click();
  await cases.getByRole('button', { name: 'Run all' }).click();
  await expect(cases.getByRole('status')).toHaveText(/^\d+ passed, 0 failed$/);

  await pane.getByLabel('Answer of the model').fill('nonsense');
  await pane.getByRole('button', { name: 'Run evaluator' }).click();
  await expect(result.getByLabel('Reward')).not.toHaveText('1');

  const file = path.join(galley.recipesDir, 'pig_latin/agent_workspace/evaluator.ts');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace('reward: isExact ? 1 :', 'reward: isExact ? 0.75 :'));
  await cases.getByRole('button', { name: 'Run all' }).click();
  await expect(cases.getByText('reward is 0.75, expected 1').first()).toBeVisible();

  const tested = await galley.cli('eval', 'test', 'pig_latin/embedded');
  expect([tested.code, tested.out]).toEqual([1, expect.stringContaining('FAILED  the right word')]);
});
