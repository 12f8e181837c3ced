import { expect, test } from './fixtures';
import { writeRun } from './written-run';

const ROLLOUTS = 2048;

test('a step of two thousand rollouts is narrowed by what is typed, by a set and by a bar, and walked by keys', async ({
  page,
  galley,
}) => {
  await writeRun(galley, {
    run: { name: 'many' },
    steps: 30,
    curves: {
      'rollout/reward_mean': (step) => step / 30,
      'training/grad_norm': (step) => (step === 20 ? 1e6 : 1 + (step % 3)),
    },
    heldOut: Array.from({ length: ROLLOUTS }, (_, row) => ({
      prompt: row === 1500 ? 'say pineapple' : `say ${row}`,
      answer: `answer ${row}`,
      reward: (row % 5) / 4,
    })),
  });
  await page.goto('/runs/1/rollouts?set=validation');
  const list = page.getByRole('list', { name: 'Rollouts' });
  const filter = page.getByRole('searchbox', { name: 'Filter rollouts' });

  await test.step('all are listed, and only those in view are drawn', async () => {
    await expect(page.getByText(`${ROLLOUTS} rollouts`)).toBeVisible();
    expect(await list.getByRole('listitem').count()).toBeLessThan(100);
  });

  await test.step('words and conditions', async () => {
    await filter.fill('pineapple');
    await expect(list.getByRole('button')).toHaveCount(1);
    await expect(page.getByText(`1 of ${ROLLOUTS} rollouts`)).toBeVisible();
    await filter.fill('reward>=1 is:greta');
    await expect(page.getByText('is:greta is none of')).toBeVisible();
    await expect(page.getByText(`409 of ${ROLLOUTS} rollouts`)).toBeVisible();
    await expect(page).toHaveURL(/filter=reward/);
  });

  await test.step('what was read leaves the unseen ones', async () => {
    await page.getByRole('button', { name: 'Unseen' }).click();
    await expect(page.getByText(`${ROLLOUTS} rollouts`)).toBeVisible();
    await list.getByRole('button').first().click();
    await list.getByRole('button').nth(1).click();
    await expect(page.getByText(`${ROLLOUTS - 1} of ${ROLLOUTS} rollouts`)).toBeVisible();
  });

  await test.step('J leads to the next one, out of the picture too', async () => {
    await filter.fill('');
    await list.getByRole('button').first().click();
    for (let press = 0; press < 30; press += 1) await page.keyboard.press('j');
    const current = list.locator('[aria-current=true]');
    await expect(current).toContainText('say 30');
    await expect(current).toBeInViewport();
  });

  await test.step('a chart takes a logarithmic axis, marks what lies beyond, and keeps pinned values', async () => {
    await page.goto('/runs/1/metrics?search=grad_norm');
    await page.getByRole('combobox', { name: 'Outliers' }).selectOption('cut');
    const chart = page.getByRole('figure', { name: /^Gradient norm/ });
    await expect(chart.getByText(/at 20$/)).toBeAttached();
    await page.getByRole('combobox', { name: 'Scale' }).selectOption('log');
    await expect(page).toHaveURL(/scale=log/);
    await chart.locator('svg').first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('p');
    await expect(chart.getByRole('status')).toContainText('step 1');
    await page.keyboard.press('p');
    await expect(chart.getByRole('status')).toHaveCount(0);
  });
});
