import { expect, test } from '../fixtures';
import { mean, readRewards, rewardChart, runStatus, shownStep, SMALL_RUN, untilStep } from '../run-page';

test('a recipe is edited, previewed, launched, watched while it learns, stopped, resumed and compared', async ({
  page,
  galley,
}) => {
  test.setTimeout(600_000);
  await test.step('edit a layer; the resolved configuration follows while typing', async () => {
    await page.goto('/');
    await page.getByRole('link', { name: 'Recipes', exact: true }).first().click();
    await page
      .getByRole('listitem')
      .filter({ hasText: 'pig_latin' })
      .getByRole('link', { name: /embedded/i })
      .first()
      .click();
    const resolved = page.getByRole('list', { name: 'Resolved configuration' });
    await expect(resolved).toContainText('total_train_steps');
    await page.locator('.monaco-editor .view-lines').click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('journey_note: first light\n');
    await page.getByRole('searchbox', { name: 'Filter the resolved values' }).fill('journey_note');
    await expect(resolved).toContainText('"first light"');
  });

  await test.step('a change through an override shows too, and a mistake is named', async () => {
    const overrides = page.getByRole('textbox', { name: 'Overrides' });
    await page.getByRole('searchbox', { name: 'Filter the resolved values' }).fill('data.seed');
    await overrides.fill('data.seed=7');
    await expect(page.getByRole('list', { name: 'Resolved configuration' })).toContainText('7');
    await overrides.fill('data.sede=7');
    await expect(page.getByRole('region', { name: 'Checks' })).toContainText('sede');
    await overrides.fill('data.seed=7');
  });

  await test.step('launch: saved, checked, started', async () => {
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('button', { name: /^Launch on/ }).click();
    const sheet = page.getByRole('dialog');
    await expect(sheet.getByRole('button', { name: /^Launch on/ })).toBeEnabled({ timeout: 60_000 });
    // the note is a key that nothing reads: that is said, and does not stop anybody
    await expect(sheet.getByRole('img', { name: 'failed' })).toHaveCount(0);
    await sheet.getByRole('button', { name: /^Launch on/ }).click();
    await page.waitForURL(/\/runs\/1$/, { timeout: 60_000 });
  });

  await test.step('the curve grows by itself, and rises', async () => {
    await expect(runStatus(page, 'Running')).toBeVisible({ timeout: 60_000 });
    await untilStep(page, 2);
    await expect(rewardChart(page).locator('path.recharts-line-curve').first()).toBeVisible();
    await expect
      .poll(
        async () => {
          const { values } = await readRewards(page.request, 1);
          return values.length < 27 ? 0 : mean(values.slice(-9)) - mean(values.slice(0, 9));
        },
        { timeout: 400_000, intervals: [1000] },
      )
      .toBeGreaterThan(0.08);
  });

  await test.step('open a rollout of a step', async () => {
    await page.getByRole('link', { name: 'Rollouts' }).click();
    await page.getByRole('list', { name: 'Rollouts' }).getByRole('button').first().click();
    const rollout = page.getByRole('article', { name: /^Rollout \d+/ });
    await expect(rollout.getByRole('region', { name: 'Prompt' })).toContainText(/\w/);
    await expect(rollout.getByRole('region', { name: 'Completion' })).toContainText(/\w/);
    await expect(rollout.getByRole('region', { name: 'Ground truth' })).toContainText(/\w/);
  });

  await test.step('stop, then resume from the checkpoint', async () => {
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await expect(runStatus(page, 'Stopped')).toBeVisible({ timeout: 60_000 });
    const stoppedAt = await shownStep(page);
    const before = await readRewards(page.request, 1);
    await page.getByRole('button', { name: 'Resume from checkpoint' }).click();
    await untilStep(page, stoppedAt + 2);
    const after = await readRewards(page.request, 1);
    expect(after.steps).toEqual(after.steps.map((_, index) => index));
    expect(after.values.slice(0, stoppedAt)).toEqual(before.values.slice(0, stoppedAt));
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await expect(runStatus(page, 'Stopped')).toBeVisible({ timeout: 60_000 });
  });

  await test.step('compare with a second run', async () => {
    const second = await galley.cli(
      'run',
      'pig_latin/embedded',
      'trainer.total_train_steps=3',
      ...SMALL_RUN,
      '--json',
    );
    expect(second.err).not.toContain('error');
    expect(second.code).toBe(0);
    await page.getByRole('link', { name: 'Runs', exact: true }).first().click();
    await page.getByRole('checkbox', { name: /^Select run 1,/ }).check();
    await page.getByRole('checkbox', { name: /^Select run 2,/ }).check();
    await page.getByRole('link', { name: 'Compare 2 runs' }).click();
    await expect(page.getByRole('heading', { name: 'Compare 2 runs' })).toBeVisible();
    const differences = page.getByRole('region', { name: 'Differences between the configs' });
    await expect(differences).toContainText('data.seed');
    await expect(page.getByRole('figure', { name: /^Reward, chart/ })).toContainText(
      /Steps 0 to \d+: 1 .* goes from/,
    );
    await expect(page.getByRole('region', { name: 'Summary of the runs' }).getByRole('row')).toHaveCount(3);
  });
});
