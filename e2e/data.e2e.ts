import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './fixtures';
import { SMALL_RUN } from './run-page';
import { openPane } from './studio-editor';

const LAYER = 'pig_latin/embedded.yaml';

test('the Data pane shows what is in the files, and a dropped JSONL becomes Parquet that trains', async ({
  page,
  galley,
}) => {
  await page.goto('/recipes/pig_latin?variant=embedded');
  await openPane(page, 'Data');
  const training = page.getByRole('region', { name: 'Training data', exact: true });
  await expect(training).toContainText('11,697 rows');
  await expect(training).toContainText('4 to 8 tokens (bytes of UTF-8)');
  await expect(training.getByRole('figure', { name: /prompts by length/ })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Validation data', exact: true })).toContainText('303 rows');
  await expect(page.getByText('No validation prompt is in the training data.')).toBeVisible();
  await expect(page.getByText('Nothing wrong was found.')).toBeVisible();
  await training.getByText('row 0', { exact: true }).click();
  await expect(training.locator('dd').first()).toBeVisible();

  const words = ['stone', 'apple', 'tree', 'under', 'plan', 'open', 'grab', 'ink'];
  const rows = words.map((word) => JSON.stringify({ prompt: `${word}=`, answer: 'x', word }));
  await page.getByLabel('Data file to convert').setInputFiles({
    name: 'few words.jsonl',
    mimeType: 'application/json',
    buffer: Buffer.from(rows.join('\n')),
  });
  await expect(page.getByText(/data\/few_words\.parquet: 8 rows, columns prompt \(string\)/)).toBeVisible();
  await page.getByRole('button', { name: 'Train on it' }).click();
  await expect(training).toContainText('8 rows');
  await expect(training).toContainText('data/few_words.parquet');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Save', exact: true })).toBeDisabled();

  const run = await galley.cli('run', LAYER, ...SMALL_RUN, 'data.batch_size=4', '--json');
  expect(run.err).not.toContain('error');
  expect(JSON.parse(run.out)).toMatchObject({ status: 'succeeded' });
});

test('an existing file is not overwritten, and a bad line is named', async ({ page, galley }) => {
  await page.goto('/recipes/pig_latin?variant=embedded');
  await openPane(page, 'Data');
  const drop = page.getByRole('region', { name: 'New data' });
  const send = (name: string, text: string) =>
    page
      .getByLabel('Data file to convert')
      .setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });
  await send('train.jsonl', '{"prompt":"a"}\n');
  await expect(drop.getByRole('alert')).toContainText('data/train.parquet exists already');
  await send('bad.jsonl', '{"prompt":"a"}\nnot json\n');
  await expect(drop.getByRole('alert')).toContainText('bad.jsonl:2: the line is not JSON');
  expect(await readdir(path.join(galley.recipesDir, 'pig_latin/data'))).toEqual([
    'test.parquet',
    'train.parquet',
  ]);
});

test('galley data check of a broken recipe exits 1 and names file, column and next step', async ({
  galley,
}) => {
  const file = path.join(galley.recipesDir, 'pig_latin/data/broken.csv');
  await writeFile(file, 'question,answer\nhow?,so\n');
  const broken = await galley.cli('data', 'check', LAYER, 'data.data_files=[data/broken.csv]');
  expect(broken.code).toBe(1);
  const said = broken.out.replaceAll(/\s+/g, ' ');
  expect(said).toContain(`error: ${file} has no column "prompt", which data.prompt_key names.`);
  expect(said).toMatch(/It has: question, answer/);
  const sound = await galley.cli('data', 'check', 'pig_latin');
  expect(sound.code).toBe(0);
  expect(sound.out).toContain('Findings: none');
});
