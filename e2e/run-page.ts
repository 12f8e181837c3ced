import { type APIRequestContext, expect, type Locator, type Page } from '@playwright/test';
import { z } from 'zod';
import { Run } from '@/lib/domain/run';

const Ranges = z.object({
  series: z.array(z.object({ key: z.string(), step: z.array(z.number()), mean: z.array(z.number()) })),
});

export const REWARD = 'rollout/reward_mean';

/** What the strip of a run says. */
export function runStatus(page: Page, status: string): Locator {
  return page.locator('header').getByText(status, { exact: true });
}

/** Completed steps as the page shows them. */
export async function shownStep(page: Page): Promise<number> {
  const bar = page.getByRole('progressbar', { name: 'Steps completed' });
  return Number(await bar.getAttribute('aria-valuenow'));
}

/** Waits until the page shows at least `step` completed steps. */
export async function untilStep(page: Page, step: number, timeout = 180_000): Promise<void> {
  await expect.poll(() => shownStep(page), { timeout, intervals: [250] }).toBeGreaterThanOrEqual(step);
}

export function rewardChart(page: Page): Locator {
  return page.getByRole('figure', { name: /^Reward, chart/ });
}

export async function readRun(request: APIRequestContext, id: number): Promise<Run> {
  const response = await request.get(`/api/runs/${id}`);
  expect(response.status()).toBe(200);
  const body = z.union([Run, z.object({ run: Run }).transform(({ run }) => run)]);
  return body.parse(await response.json());
}

/** Steps and values of a run's reward, every point. */
export async function readRewards(
  request: APIRequestContext,
  id: number,
): Promise<{ readonly steps: readonly number[]; readonly values: readonly number[] }> {
  const response = await request.get(`/api/runs/${id}/metrics?keys=${REWARD}&width=5000`);
  expect(response.status()).toBe(200);
  const { series } = Ranges.parse(await response.json());
  const reward = series.find(({ key }) => key === REWARD);
  return { steps: reward?.step ?? [], values: reward?.mean ?? [] };
}

/** 0, 1, 2 … without a gap and without a double. */
export function countingTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, step) => step);
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** A run small enough to wait for: few rollouts, a short warm start, no validation. */
export const SMALL_RUN = [
  'data.batch_size=8',
  'data.rollout_repeat_n=4',
  'validate.validate_before_train=false',
  'validate.eval.validate_freq=0',
  'trainer.warm_start.until_exact=0.01',
] as const;
