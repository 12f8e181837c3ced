import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { findPython } from '@/scripts/find-python.mjs';
import { chaosRun, type ChaosOutcome } from '@/lib/testing/chaos/chaos-run';
import { judgeChaos } from '@/lib/testing/chaos/judge-chaos';
import { openChaosWorld } from '@/lib/testing/chaos/open-chaos-world';

// Ten runs of `npm run soak -- chaos`: real processes over the real store, struck by seed.

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const python = await findPython();
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const MIGRATIONS = path.join(fileURLToPath(new URL('../..', import.meta.url)), 'prisma/migrations');

describe.skipIf(python === null)('a run that is struck', () => {
  let world: Awaited<ReturnType<typeof openChaosWorld>>;
  let undisturbed: ChaosOutcome;
  beforeAll(async () => {
    world = await openChaosWorld(MIGRATIONS);
    undisturbed = await chaosRun(world, null);
    expect(undisturbed).toMatchObject({ reason: null, status: 'succeeded', step: 10, attempts: 1 });
  });
  afterAll(() => world.close());

  test.each(SEEDS)('ends as an undisturbed one, seed %i', async (seed) => {
    const outcome = await chaosRun(world, seed);
    expect(judgeChaos(outcome, undisturbed), JSON.stringify({ ...outcome, series: 'left out' })).toBe('same');
  });
});
