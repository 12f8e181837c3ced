import { readFile } from 'node:fs/promises';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { aSnapshot } from '@/lib/testing/builders';
import { expect, test } from './fixtures';
import { writeRun } from './written-run';

const PROMPTS = Array.from({ length: 60 }, (_, row) => `say word ${row}`);

test('two runs are compared by a verdict in pairs, in pictures, by their answers, and all of it can be taken along', async ({
  page,
  galley,
}) => {
  for (const [seed, gain] of [
    [1, 0],
    [2, 0.3],
  ] as const) {
    await writeRun(galley, {
      run: {
        name: `seed ${seed}`,
        seed,
        snapshot: aSnapshot({
          resolved: {
            experiment_name: `try ${seed}`,
            data: { seed, batch_size: 64 },
            trainer: { rate: gain === 0 ? 0.001 : 0.003 },
          },
        }),
      },
      steps: 90,
      curves: {
        'rollout/reward_mean': (step) => 0.2 + gain * (step / 90) + 0.02 * Math.sin(step),
        'training/entropy': (step) => 1 / (1 + step / 40),
        'progress/generated_tokens': (step) => (step + 1) * 1000 * seed,
      },
      heldOut: PROMPTS.map((prompt, row) => ({
        prompt,
        answer: `answer ${row} of seed ${seed}`,
        reward: (row % 4) / 4 + gain * (row % 3 === 0 ? 0.2 : 0.5),
      })),
    });
  }
  await page.goto('/compare?runs=1,2');
  const verdict = page.getByRole('region', { name: 'Verdict' });

  await test.step('the verdict names the better run, with an interval and what it rests on', async () => {
    await expect(verdict).toContainText('run 2 seed 2 is better than run 1 seed 1 by 0.120');
    await expect(verdict).toContainText(
      /95 % interval of the difference: \+0\.1\d+ to \+0\.1\d+, over 60 prompts in pairs/,
    );
    await expect(verdict).toContainText('one run on a side says nothing about another seed');
    await expect(verdict).toContainText('Comparable');
    await verdict.getByRole('combobox', { name: 'What decides' }).selectOption('curve');
    await expect(verdict).toContainText('over 81 steps in pairs');
    await verdict.getByRole('combobox', { name: 'What decides' }).selectOption('held-out');
  });

  await test.step('answers to the prompt that differs most stand side by side', async () => {
    const side = page.getByRole('region', { name: 'Rollouts of the same prompt' });
    await expect(side.getByRole('region', { name: 'Answers of run 1' })).toContainText('answer 1 of seed 1');
    await expect(side.getByRole('region', { name: 'Answers of run 2' })).toContainText('answer 1 of seed 2');
    await side.getByRole('combobox', { name: 'Prompt' }).selectOption('task-7');
    await expect(side.getByRole('region', { name: 'Answers of run 2' })).toContainText('answer 7 of seed 2');
  });

  await test.step('names are no differences, and others can be ignored', async () => {
    const differences = page.getByRole('region', { name: 'Differences between the configs' });
    await expect(differences).toContainText('trainer.rate');
    await expect(differences).not.toContainText('experiment_name');
    await differences.getByRole('button', { name: 'Ignore data.seed' }).click();
    await expect(differences).not.toContainText('data.seed');
  });

  await test.step('curves lie along tokens; all of the view stands in the address', async () => {
    await page.getByRole('combobox', { name: 'Align' }).selectOption('tokens');
    const chart = page.getByRole('figure', { name: /^Reward, chart/ });
    await expect(chart).toContainText('Tokens 1000 to 180000');
    await page.goto(page.url());
    await expect(chart).toContainText('Tokens 1000 to 180000');
    await expect(page).toHaveURL(/axis=tokens/);
    await expect(page).toHaveURL(/ignore=data\.seed/);
    await expect(page).toHaveURL(/prompt=task-7/);
  });

  await test.step('the picture, the drawing and the numbers can be saved', async () => {
    const svg = (await download(page, 'Drawing (SVG)')).toString();
    expect(svg).toContain('>Reward</text>');
    expect(svg).toMatch(/>1 seed 1/);
    expect(svg).not.toContain('var(--');
    const png = await download(page, 'Picture (PNG)');
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(png.length).toBeGreaterThan(5000);
    const csv = (await download(page, 'Numbers (CSV)')).toString().split('\r\n');
    expect(csv[0]).toBe('tokens,1 seed 1,2 seed 2');
    expect(csv[1]).toMatch(/^1000,0\.2\d*,$/);
  });

  await test.step('grouped by what they have in common there is nothing to judge', async () => {
    await page.getByRole('combobox', { name: 'Group runs by' }).selectOption('backend');
    await expect(page.getByText('All runs are in one group')).toBeVisible();
  });

  await test.step('it passes the accessibility rules', async () => {
    await page.goto('/compare?runs=1,2');
    await expect(verdict).toContainText('is better');
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([]);
  });
});

async function download(page: Page, kind: string): Promise<Buffer> {
  await page.getByRole('button', { name: 'Export Reward' }).click();
  const waiting = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: kind }).click();
  const file = await (await waiting).path();
  return readFile(file);
}
