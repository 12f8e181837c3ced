import { once } from 'node:events';
import { expect, test } from 'vitest';
import { embeddedRuns, SMALL } from '@/lib/testing/embedded-runs';
import { seriesOf, valuesOf } from '@/lib/testing/orchestrated-run';

// Every sync mode on the real embedded service: bundled processes, a real small model.

test.each([
  { mode: 'sync', oldest: [0, 0, 0, 0, 0, 0, 0, 0] },
  { mode: 'batch-async', oldest: [0, 1, 0, 1, 0, 1, 0, 1] },
  { mode: 'fully-async', oldest: null },
] as const)(
  '$mode trains the embedded model',
  async ({ mode, oldest }) => {
    const { launch, start, store } = await embeddedRuns();
    const runId = await launch({
      ...SMALL,
      weight: { sync_mode: mode, staleness_threshold: 1 },
      trainer: { total_train_steps: 8, save_freq: 3, warm_start: { max_updates: 4, check_samples: 16 } },
    });
    await once(start(runId), 'exit');
    expect(await store.get(runId)).toMatchObject({ reason: null, status: 'succeeded', step: 8 });
    const series = await seriesOf(store, runId);
    expect(new Set(valuesOf(series, 'training/batch_size'))).toEqual(new Set([32]));
    // every step moved the weights, and what was trained on is as old as the mode allows
    expect(valuesOf(series, 'training/weight_version')).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const ages = valuesOf(series, 'rollout/staleness_max');
    if (oldest !== null) expect(ages).toEqual(oldest);
    expect(Math.max(...ages)).toBeLessThanOrEqual(1);
    expect((await store.checkpoints(runId)).map(({ step }) => step)).toContain(8);
  },
  120_000,
);
