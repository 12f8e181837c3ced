import { expect, test, vi } from 'vitest';
import { findPython } from '@/scripts/find-python.mjs';
import { chaosRun, type ChaosOutcome } from '@/lib/testing/chaos/chaos-run';
import { judgeChaos } from '@/lib/testing/chaos/judge-chaos';
import { orchestratedRuns } from '@/lib/testing/orchestrated-run';
import { buildProcessBundles } from '@/lib/testing/process-bundles';
import { testDatabase } from '@/lib/testing/test-database';

// Ten runs of `npm run soak -- chaos`: real processes over the real store, struck by seed.

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const python = await findPython();
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

async function struck(seed: number | null): Promise<ChaosOutcome> {
  const { folder, ...database } = await testDatabase();
  await buildProcessBundles(folder);
  return chaosRun({ runs: await orchestratedRuns({ ...database, folder }), folder }, seed);
}

test.skipIf(python === null)(
  'ten disturbed runs end as an undisturbed one, or say that they failed',
  async () => {
    const undisturbed = await struck(null);
    expect(undisturbed).toMatchObject({ reason: null, status: 'succeeded', step: 10, attempts: 1 });
    for (const seed of SEEDS) {
      const outcome = await struck(seed);
      expect(judgeChaos(outcome, undisturbed), JSON.stringify({ ...outcome, series: 'left out' })).toBe(
        'same',
      );
    }
  },
);
