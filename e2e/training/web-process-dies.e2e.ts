import { expect, test } from '../fixtures';
import { countingTo, readRewards, readRun, shownStep, SMALL_RUN, untilStep } from '../run-page';

test('killing the web process in mid-run loses no point and doubles none', async ({ page, galley }) => {
  await galley.launch('pig_latin/embedded', 'trainer.total_train_steps=2000', ...SMALL_RUN);
  await page.goto('/runs/1');
  await untilStep(page, 3);
  const pid = await galley.runPid(1);

  expect(await galley.end('SIGKILL')).toBe('SIGKILL');
  const killedAt = await shownStep(page);
  await expect(page.getByText(/Galley does not answer/)).toBeVisible();
  await galley.start();

  // the page that stayed open goes on by itself
  await untilStep(page, killedAt + 5);
  await expect(page.getByText(/Galley does not answer/)).toBeHidden();
  expect(await galley.runPid(1)).toBe(pid);

  await galley.cli('stop', '1');
  await page.reload();
  const run = await readRun(page.request, 1);
  const { steps } = await readRewards(page.request, 1);
  expect(steps).toEqual(countingTo(run.step));
  expect(await shownStep(page)).toBe(run.step);
  expect(run.attempt).toBe(1);
});

test('Ctrl-C ends the web process cleanly and leaves the run running; stop --all ends it', async ({
  galley,
}) => {
  await galley.launch('pig_latin/embedded', 'trainer.total_train_steps=5000', ...SMALL_RUN);
  expect(await galley.end('SIGINT')).toBe(0);
  const runs = await galley.cli('runs', '--json');
  expect(runs.out).toMatch(/"status":"(starting|running)"/);
  const stopped = await galley.cli('stop', '--all', '--json');
  expect(JSON.parse(stopped.out)).toMatchObject([{ id: 1, status: 'stopped' }]);
});
