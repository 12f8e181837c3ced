import { expect, test } from '../fixtures';

const VARIANTS = ['embedded', 'self_hosted', 'tinker', 'weaver'] as const;
const SMALL = ['--rehearse-steps', '3', '--rehearse-batch', '2', '--rehearse-rollouts', '2'];

test('one recipe is rehearsed on four backends, each over its own protocol, and their curves lie in one picture', async ({
  page,
  galley,
}) => {
  for (const [at, variant] of VARIANTS.entries()) {
    await test.step(`${variant} passes`, async () => {
      const run = await galley.cli('run', `pig_latin/${variant}.yaml`, '--rehearse', ...SMALL);
      expect([run.code, run.err]).toEqual([0, expect.any(String)]);
      const { code, out } = await galley.cli('rehearsal', String(at + 1));
      expect(out).toContain('Every check that was exercised passed.');
      expect(code).toBe(0);
    });
  }
  await page.goto('/compare?runs=1,2,3,4&smooth=0');
  const reward = page.getByRole('figure', { name: /^Reward, chart/ });
  await expect(reward.locator('path.recharts-line-curve')).toHaveCount(VARIANTS.length);
  await expect(page.getByText('4 of them are rehearsals')).toBeVisible();
  await page.getByRole('button', { name: 'Judge them too' }).click();
  await expect(page.getByRole('region', { name: 'Verdict' })).toContainText(/run \d/);
});
