import type { Page } from '@playwright/test';
import { openDatabase } from '@/lib/db/open-database';
import { createRunStore } from '@/lib/run-store/create-run-store';
import { aNewRun, aSnapshot } from '@/lib/testing/builders';
import { expect, test } from './fixtures';

const RUNS = 240;
const RATES = [1e-4, 3e-4, 1e-3];

/** Runs of three learning rates whose reward grows with their number. */
async function makeRuns(databaseFile: string): Promise<void> {
  const db = await openDatabase({ url: `file:${databaseFile}` });
  const store = createRunStore(db);
  for (let number = 1; number <= RUNS; number++) {
    const lr = RATES[number % RATES.length] ?? 0;
    const snapshot = { ...aSnapshot(), resolved: { data: { seed: number }, trainer: { lr } } };
    const { id } = await store.create(aNewRun({ name: `sweep ${number}`, seed: number, snapshot }));
    await db.runMetric.create({
      data: { key: 'rollout/reward_mean', runId: id, step: 9, value: number / RUNS },
    });
    await store.command(id, 'stop');
  }
  await db.$disconnect();
}

const rowOf = (page: Page, name: string) => page.getByRole('row', { name: new RegExp(`${name}\\b`) });

test('hundreds of runs: found, ordered, grouped, tagged, archived, deleted and brought back', async ({
  page,
  galley,
}) => {
  await page.goto('/runs');
  await makeRuns(galley.databaseFile);
  await page.reload();
  const search = page.getByRole('searchbox', { name: 'Search runs' });
  await expect(page.getByText(`${RUNS} runs, 100 loaded`)).toBeVisible();

  await test.step('only rows in sight are in the page, and the rest comes with scrolling', async () => {
    expect(await page.getByRole('row').count()).toBeLessThan(60);
    await expect(async () => {
      await page.keyboard.press('End');
      await expect(rowOf(page, 'sweep 1')).toBeVisible({ timeout: 1000 });
    }).toPass();
    await expect(page.getByText(`${RUNS} runs`, { exact: true })).toBeVisible();
    expect(await page.getByRole('row').count()).toBeLessThan(60);
    await page.keyboard.press('Home');
  });

  await test.step('a search by key and metric, an order, a column', async () => {
    await search.fill('trainer.lr=1e-3 rollout/reward_mean>0.95');
    await expect(page.getByText(`4 of ${RUNS} runs`)).toBeVisible();
    await page.getByRole('button', { name: 'Reward', exact: true }).click();
    await expect(page.getByRole('columnheader', { name: 'Reward' })).toHaveAttribute(
      'aria-sort',
      'descending',
    );
    await expect(page.getByRole('row').nth(1)).toContainText('sweep 239');
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('searchbox', { name: 'Search columns' }).fill('trainer');
    await page.getByRole('checkbox', { name: 'trainer.lr' }).check();
    await page.keyboard.press('Escape');
    await expect(rowOf(page, 'sweep 239')).toContainText('0.001');
  });

  await test.step('the view is saved and comes back, order and column included', async () => {
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('menuitem', { name: 'Save this view …' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Best of the sweep');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.goto('/runs');
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('menuitem', { name: 'Best of the sweep', exact: true }).click();
    await expect(page.getByText(`4 of ${RUNS} runs`)).toBeVisible();
    await expect(search).toHaveValue('trainer.lr=1e-3 rollout/reward_mean>0.95');
    await expect(page.getByRole('columnheader', { name: 'trainer.lr' })).toBeVisible();
  });

  await test.step('groups show the mean and spread over their runs', async () => {
    await page.goto('/runs?group=trainer.lr');
    const groups = page.getByRole('region', { name: 'Runs by trainer.lr' });
    await expect(groups.getByRole('row')).toHaveCount(1 + RATES.length);
    await expect(groups.getByRole('row').nth(1)).toContainText(/80.*0\.50\d* ± 0\.29/);
    await groups.getByRole('row').nth(1).getByRole('button', { name: 'Show' }).click();
    await expect(page.getByText(`80 of ${RUNS} runs`)).toBeVisible();
  });

  await test.step('several are tagged at once, and a tag is a search', async () => {
    await page.goto('/runs');
    await page.getByRole('checkbox', { name: /^Select run 240,/ }).check();
    await page.getByRole('checkbox', { name: /^Select run 237,/ }).click({ modifiers: ['Shift'] });
    const bar = page.getByRole('region', { name: 'Selected runs' });
    await expect(bar).toContainText('4 selected');
    await bar.getByRole('button', { name: 'Tags …' }).click();
    await page.getByRole('textbox', { name: 'Tags' }).fill('baseline, two words');
    await page.getByRole('button', { name: 'Save' }).click();
    await bar.getByRole('button', { name: 'Clear' }).click();
    await rowOf(page, 'sweep 240').getByRole('button', { name: 'two words' }).click();
    await expect(page.getByText(`4 of ${RUNS} runs`)).toBeVisible();
    await expect(search).toHaveValue('tag:"two words"');
  });

  await test.step('one is renamed, noted and pinned', async () => {
    const menu = async (item: string) => {
      await page.getByRole('button', { name: 'Actions of run 238' }).click();
      await page.getByRole('menuitem', { name: item }).click();
    };
    await menu('Rename …');
    await page.getByRole('textbox', { name: 'Name' }).fill('The good one');
    await page.getByRole('button', { name: 'Rename' }).click();
    await menu('Notes …');
    await page.getByRole('textbox', { name: 'Notes' }).fill('Keep this.\nIt was the first above 0.9.');
    await page.getByRole('button', { name: 'Save' }).click();
    await menu('Pin to the top');
    await expect(page.getByRole('row').nth(1)).toContainText('The good one');
    await expect(page.getByRole('row').nth(1)).toContainText('Keep this.');
    await search.fill('first above');
    await expect(page.getByText(`1 of ${RUNS} runs`)).toBeVisible();
  });

  await test.step('archive and deletion are undone', async () => {
    await page.goto('/runs?q=tag:baseline');
    await page.getByRole('checkbox', { name: 'Select all loaded runs' }).check();
    const bar = page.getByRole('region', { name: 'Selected runs' });
    await bar.getByRole('button', { name: 'Delete' }).click();
    await expect(page.getByText('No run matches')).toBeVisible();
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(page.getByText(`4 of ${RUNS} runs`)).toBeVisible();
    await page.getByRole('button', { name: 'Actions of run 240' }).click();
    await page.getByRole('menuitem', { name: 'Archive' }).click();
    await expect(page.getByText(`3 of ${RUNS} runs`)).toBeVisible();
    await search.fill('is:archived');
    await expect(rowOf(page, 'sweep 240')).toBeVisible();
  });

  await test.step('what means nothing is said', async () => {
    await search.fill('status:gone');
    await expect(page.getByText(/status:gone is none of queued/)).toBeVisible();
  });
});
