import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { SMALL_RUN } from './run-page';

/** Every page, with a sign that it stands there complete. */
const PAGES: readonly (readonly [address: string, sign: (page: Page) => Locator])[] = [
  ['/recipes', (page) => page.getByRole('heading', { name: 'Recipes' })],
  [
    '/recipes/pig_latin?variant=embedded',
    (page) =>
      page.getByRole('list', { name: 'Resolved configuration' }).or(page.locator('.monaco-editor')).first(),
  ],
  ['/runs', (page) => page.getByRole('region', { name: 'Runs' })],
  ['/runs/1', (page) => page.getByRole('figure', { name: /^Reward, chart/ })],
  ['/runs/1/rollouts', (page) => page.getByRole('list', { name: 'Rollouts' }).getByRole('button').first()],
  [
    '/runs/1/logs',
    (page) =>
      page
        .getByRole('log', { name: 'Log' })
        .getByText(/warm start/i)
        .first(),
  ],
  ['/compare?runs=1', (page) => page.getByRole('figure', { name: /^Reward, chart/ })],
];

test('every page passes the accessibility rules, light and dark', async ({ page, galley }) => {
  const run = await galley.cli('run', 'pig_latin/embedded', 'trainer.total_train_steps=3', ...SMALL_RUN);
  expect(run.code).toBe(0);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const [address, sign] of PAGES) {
      await page.goto(address);
      await expect(sign(page)).toBeVisible();
      // Monaco's own parts are not ours to mend
      const { violations } = await new AxeBuilder({ page }).exclude('.monaco-editor').analyze();
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
      expect([address, colorScheme, ...found]).toEqual([address, colorScheme]);
    }
  }
});

test('at 390 pixels no page scrolls sideways', async ({ page, galley }) => {
  const run = await galley.cli('run', 'pig_latin/embedded', 'trainer.total_train_steps=3', ...SMALL_RUN);
  expect(run.code).toBe(0);
  await page.setViewportSize({ width: 390, height: 844 });
  for (const [address, sign] of PAGES) {
    await page.goto(address);
    await expect(sign(page)).toBeVisible();
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect([address, width]).toEqual([address, 390]);
  }
});

test('a run is launched with the keyboard alone', async ({ page }) => {
  await page.goto('/recipes/pig_latin?variant=embedded');
  const overrides = page.getByRole('textbox', { name: 'Overrides' });
  await overrides.focus();
  await page.keyboard.type(`trainer.total_train_steps=2 ${SMALL_RUN.join(' ')}`);
  const launch = page.getByRole('button', { name: /^Launch on/ });
  for (
    let tabs = 0;
    tabs < 5 && !(await launch.evaluate((button) => button === document.activeElement));
    tabs += 1
  ) {
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  const confirm = page.getByRole('dialog').getByRole('button', { name: /^Launch on/ });
  await expect(confirm).toBeEnabled({ timeout: 60_000 });
  await page.keyboard.press('Control+Enter');
  await page.waitForURL(/\/runs\/1$/, { timeout: 60_000 });
});
