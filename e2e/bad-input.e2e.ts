import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { createGalleyServer } from './galley-server';
import { readRun, runStatus, SMALL_RUN } from './run-page';

const LAYER = 'pig_latin/embedded.yaml';
const EVALUATOR = 'rollout_worker.evaluator_module_path=agent_workspace/evaluator.ts:Broken';

/** Opens the launch sheet of the pig_latin recipe with overrides, and returns its checks. */
async function openChecks(page: Page, overrides: string) {
  await page.goto('/recipes/pig_latin?variant=embedded');
  await page.getByRole('textbox', { name: 'Overrides' }).fill(overrides);
  await page.getByRole('button', { name: /^Launch on/ }).click();
  return page.getByRole('dialog');
}

/** An evaluator that behaves until it meets a wrong answer: the checks before a launch cannot know. */
function evaluatorThat(misbehaves: string): string {
  return `import { type EvaluationRunResult, type EvaluationTarget } from 'galley/evaluator';
export class Broken {
  evaluate(data: Record<string, unknown>, target: EvaluationTarget): EvaluationRunResult {
    if (target.finalAnswer !== data.answer) { ${misbehaves} }
    return { reward: 1 };
  }
}
`;
}

test('broken YAML is shown with file, line and column, and nothing is launched', async ({ page, galley }) => {
  const file = path.join(galley.recipesDir, LAYER);
  await writeFile(file, (await readFile(file, 'utf8')) + 'trainer: [1, 2\n');
  const result = await galley.cli('run', LAYER);
  expect(result.code).toBe(2);
  expect(result.err).toMatch(/embedded\.yaml:\d+:\d+: error: .+\n\s+\d+ \| .*\n\s+\| \s*\^/);
  expect((await galley.cli('runs', '--json')).out.trim()).toBe('[]');

  await page.goto('/recipes/pig_latin?variant=embedded');
  const problems = page.getByRole('region', { name: 'Checks' });
  await expect(problems.getByRole('img', { name: 'error' }).first()).toBeVisible();
  await expect(problems).toContainText('embedded.yaml');
});

test('a missing data file is named, with where it was looked for', async ({ page, galley }) => {
  const override = 'data.data_files=[data/absent.parquet]';
  const result = await galley.cli('run', LAYER, override, '--json');
  expect(result.code).toBe(2);
  expect(result.err).toContain('data/absent.parquet');
  expect(result.err).toContain(path.join(galley.recipesDir, 'pig_latin/data/absent.parquet'));
  expect(JSON.parse(result.out)).toMatchObject({ error: { code: 'unprocessable' } });

  const sheet = await openChecks(page, override);
  await expect(sheet.getByText(/names data\/absent\.parquet, and there is no such file/)).toBeVisible();
  await expect(sheet.getByRole('button', { name: /^Launch on/ })).toBeDisabled();
});

test('a column that the data does not have is named, with those that it has', async ({ page, galley }) => {
  const result = await galley.cli('run', LAYER, 'data.prompt_key=promt');
  expect(result.code).toBe(2);
  expect(result.err).toMatch(/column "promt".*does not have.*It has: .*prompt.*Did you mean/s);

  const sheet = await openChecks(page, 'data.prompt_key=promt');
  // training and validation data each say it
  await expect(sheet.getByText(/names the column "promt"/)).toHaveCount(2);
  await expect(sheet.getByRole('button', { name: /^Launch on/ })).toBeDisabled();
});

for (const [how, code, message] of [
  ['throws', `throw new Error('no such word');`, /no such word/],
  ['returns NaN', `return { reward: Number.NaN };`, /NaN/],
  ['never returns', `for (;;) {}`, /evaluator_timeout|did not (return|answer)|took longer/],
] as const) {
  test(`an evaluator that ${how} fails the run with a message, and what was stored stays`, async ({
    page,
    galley,
  }) => {
    await writeFile(
      path.join(galley.recipesDir, 'pig_latin/agent_workspace/evaluator.ts'),
      evaluatorThat(code),
    );
    const result = await galley.cli(
      'run',
      LAYER,
      EVALUATOR,
      '++rollout_worker.evaluator_timeout=0.5',
      ...SMALL_RUN,
      '--json',
    );
    expect(result.code).toBe(1);
    expect(result.err).toMatch(message);
    expect(JSON.parse(result.out)).toMatchObject({ id: 1, status: 'failed' });

    await page.goto('/runs/1');
    await expect(runStatus(page, 'Failed')).toBeVisible();
    await expect(page.getByRole('alert').filter({ hasText: 'The run failed' })).toContainText(message);
    expect((await readRun(page.request, 1)).status).toBe('failed');
  });
}

test('an evaluator that fails on the first row is found before the launch', async ({ page, galley }) => {
  await writeFile(
    path.join(galley.recipesDir, 'pig_latin/agent_workspace/evaluator.ts'),
    `export class Broken { evaluate() { throw new Error('no dictionary at hand'); } }\n`,
  );
  const result = await galley.cli('run', LAYER, EVALUATOR);
  expect(result.code).toBe(2);
  expect(result.err).toContain('no dictionary at hand');
  const sheet = await openChecks(page, EVALUATOR);
  await expect(sheet.getByText(/no dictionary at hand/)).toBeVisible();
});

test('a recipe folder that may not be written is named, and what was typed stays', async ({ page }) => {
  const server = await createGalleyServer({ obeysPermissions: true });
  const folder = path.join(server.recipesDir, 'pig_latin');
  try {
    await server.start();
    await chmod(folder, 0o555);
    await page.goto(`${server.url}/recipes/pig_latin?variant=embedded`);
    await page.locator('.monaco-editor .view-lines').click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('journey_note: kept\n');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(
      page.getByText(/embedded\.yaml was not saved: .*may not be written.*chmod/).first(),
    ).toBeVisible();
    await page.reload();
    // Monaco draws the lines in view only
    await page.locator('.monaco-editor .view-lines').click();
    await page.keyboard.press('Control+End');
    await expect(page.locator('.monaco-editor')).toContainText('journey_note');
    expect(await readFile(path.join(folder, 'embedded.yaml'), 'utf8')).not.toContain('journey_note');
  } finally {
    // or it could not be removed either
    await chmod(folder, 0o755);
    await server.dispose();
  }
});

test('a corrupt database is explained in the page and in the terminal, and left as it is', async ({
  page,
  galley,
}) => {
  // no run: its process would still have the file open and could write its own copy back
  await galley.end('SIGINT');
  // what was written last may still lie in the log beside the file, which alone would do
  for (const ending of ['-wal', '-shm']) await rm(`${galley.databaseFile}${ending}`, { force: true });
  const damaged = Buffer.from('this is no database '.repeat(1000));
  await writeFile(galley.databaseFile, damaged);

  const result = await galley.cli('runs', '--json');
  expect(result.code).toBe(5);
  expect(result.err).toContain(galley.databaseFile);
  expect(result.err).toMatch(/not a usable database.*Restore a copy/s);

  await galley.start();
  expect(galley.printed()).toContain('not a usable database');
  await page.goto('/runs');
  await expect(page.getByText(/not a usable database/).first()).toBeVisible();
  expect(await readFile(galley.databaseFile)).toEqual(damaged);
});

test('a port in use is named, with how to choose another', async ({ galley }) => {
  const second = await galley.startSecond();
  expect(second.code).toBe(1);
  expect(second.err).toMatch(/Port \d+ on 127\.0\.0\.1 is in use.*PORT=\d+ npm start/s);
});
