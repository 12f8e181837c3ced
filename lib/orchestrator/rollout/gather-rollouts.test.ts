import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aFailedRollout, aRolloutTask, aScoredRollout } from '@/lib/testing/rollouts';
import { createTrajectoryPool } from '../trajectory-pool/trajectory-pool';
import { backOff, gatherRollouts } from './gather-rollouts';
import type { RolloutTask } from './rollout';
import type { RolloutWorkers } from './rollout-workers';

test('a pause doubles, is shortened by at most half, and never passes a minute', () => {
  fc.assert(
    fc.property(fc.nat(20), fc.double({ min: 0, max: 0.999, noNaN: true }), (round, chance) => {
      const pause = backOff(1000, round + 1, chance);
      const longest = Math.min(60_000, 1000 * 2 ** round);
      expect(pause).toBeGreaterThanOrEqual(longest / 2);
      expect(pause).toBeLessThanOrEqual(longest);
    }),
  );
});

test('what failed is rolled out again with the same seed, and its time counts', async () => {
  const tasks = [0, 1].map((prompt) =>
    aRolloutTask({ step: 3, prompt, group: `task-${prompt}`, seed: prompt }),
  );
  const asked: RolloutTask[][] = [];
  const workers: RolloutWorkers = {
    run: (batch, onRollout) => {
      asked.push([...batch]);
      for (const task of batch) {
        const isDown = task.prompt === 1 && asked.length < 3;
        onRollout(isDown ? aFailedRollout({ task }) : aScoredRollout({ task }));
      }
      return Promise.resolve({ rollout: 2, evaluate: 1 });
    },
  };
  const pool = createTrajectoryPool({ maxFailedShare: 0, maxAttempts: 3, onFailed: () => undefined });
  pool.begin(3, tasks);
  const parts = { workers, pool, pauseMs: 0, random: () => 0 };
  const times = await gatherRollouts(parts, tasks, new AbortController().signal);
  expect(asked).toEqual([tasks, tasks.slice(1), tasks.slice(1)]);
  expect(times).toEqual({ rollout: 6, evaluate: 3 });
  expect(pool.take().groups).toHaveLength(2);
});
