import { expect, test } from '../fixtures';
import { countingTo, readRewards, runStatus, shownStep, SMALL_RUN, untilStep } from '../run-page';

test('killing the run process is said on the page within 15 seconds, and Resume continues', async ({
  page,
  galley,
}) => {
  await galley.launch(
    'pig_latin/embedded',
    'trainer.total_train_steps=2000',
    '++trainer.save_freq=2',
    ...SMALL_RUN,
  );
  await page.goto('/runs/1');
  await untilStep(page, 4);
  const before = await readRewards(page.request, 1);

  const killed = await galley.runPid(1);
  process.kill(killed, 'SIGKILL');
  await expect(runStatus(page, 'Lost')).toBeVisible({ timeout: 15_000 });
  await expect(page.getByRole('alert').filter({ hasText: 'The run process is gone' })).toContainText(
    /Resume continues from the checkpoint at step \d+/,
  );

  const lostAt = await shownStep(page);
  await page.getByRole('button', { name: 'Resume from checkpoint' }).click();
  await untilStep(page, lostAt + 3);
  const after = await readRewards(page.request, 1);
  expect(after.steps).toEqual(countingTo(after.steps.length));
  // the same seed gives the same series, whatever was in between
  expect(after.values.slice(0, before.values.length)).toEqual(before.values);
  expect(await galley.runPid(1)).not.toBe(killed);
});
