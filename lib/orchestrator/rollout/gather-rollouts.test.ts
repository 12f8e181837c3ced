import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FAILURE_KINDS } from '@/lib/domain/failure-kind';
import type { EvaluatorHost } from '@/lib/evaluators/evaluator-host';
import { ServiceError } from '@/lib/services/service-error';
import { anEpisode, aRolloutTask } from '@/lib/testing/rollouts';
import type { FailurePolicy } from '../failure-policy';
import { createTrajectoryPool } from '../trajectory-pool/trajectory-pool';
import { createBusyMeter } from './busy-meter';
import { backOff, gatherRollouts } from './gather-rollouts';
import type { RolloutTask } from './rollout';
import { createRolloutWorkers, type RolloutWorkers } from './rollout-workers';
import { RolloutError } from './workers/worker';

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

/** A worker that fails as `failing` says, and an evaluator that scores 1. */
function workersOf(
  failing: (task: RolloutTask, tries: number) => Error | null,
  evaluate: EvaluatorHost['evaluate'] = () =>
    Promise.resolve({ ok: true, reward: 1, groundTruth: '', metrics: {}, extraInfo: {} }),
) {
  const asked: number[] = [];
  const workers = createRolloutWorkers({
    worker: {
      run: (task) => {
        asked.push(task.prompt);
        const error = failing(task, asked.filter((prompt) => prompt === task.prompt).length);
        return error === null ? Promise.resolve(anEpisode()) : Promise.reject(error);
      },
      close: () => Promise.resolve(),
    },
    evaluator: { evaluate, close: () => Promise.resolve() },
    workers: 2,
    meter: createBusyMeter(() => 0),
  });
  return { asked, workers };
}

function tasksOf(count: number): readonly RolloutTask[] {
  return Array.from({ length: count }, (_, prompt) =>
    aRolloutTask({ step: 3, prompt, group: `task-${prompt}` }),
  );
}

async function gather(
  workers: RolloutWorkers,
  tasks: readonly RolloutTask[],
  failures: Partial<FailurePolicy>,
) {
  const policy = {
    maxAttempts: 3,
    retried: FAILURE_KINDS,
    onFailure: 'continue',
    maxFailedShare: 1,
  } as const;
  const pool = createTrajectoryPool({ failures: { ...policy, ...failures }, onFailed: () => undefined });
  pool.begin(3, tasks);
  await gatherRollouts({ workers, pool, pauseMs: 0, random: () => 0 }, tasks, new AbortController().signal);
  return pool.take();
}

test('what failed is rolled out again, whoever else is at work, until its tries are used up', async () => {
  const { asked, workers } = workersOf((task, tries) =>
    task.prompt === 1 || (task.prompt === 2 && tries < 3) ? new RolloutError(`try ${tries}`) : null,
  );
  const batch = await gather(workers, tasksOf(4), {});
  expect(asked.toSorted()).toEqual([0, 1, 1, 1, 2, 2, 2, 3]);
  expect(batch.groups.map(({ name }) => name)).toEqual(['task-0', 'task-2', 'task-3']);
  expect(batch.failed.map(({ message }) => message)).toEqual(['try 3']);
});

test('an answer that could not be scored is scored again, not sampled again', async () => {
  let calls = 0;
  const { asked, workers } = workersOf(
    () => null,
    () => {
      calls += 1;
      return calls < 3
        ? Promise.resolve({ ok: false, message: 'cut', isTimeout: true })
        : Promise.resolve({ ok: true, reward: 0.5, groundTruth: '', metrics: {}, extraInfo: {} });
    },
  );
  const batch = await gather(workers, tasksOf(1), {});
  expect(asked).toEqual([0]);
  expect(batch.groups[0]?.rollouts[0]?.evaluation.reward).toBe(0.5);
});

test('a failure is of the kind of who failed, and kinds that are not to be retried are not', async () => {
  const errors = [
    new ServiceError('timeout', 'slow'),
    new ServiceError('rejected', 'no'),
    new RolloutError('cut', { isTimeout: true }),
    new RolloutError('broken'),
    new TypeError('our own'),
  ];
  const { asked, workers } = workersOf((task) => errors[task.prompt] ?? null);
  const batch = await gather(workers, tasksOf(5), { retried: ['timeout'], maxAttempts: 2 });
  expect(batch.failed.map(({ failure }) => failure)).toEqual([
    'timeout',
    'service',
    'timeout',
    'worker',
    'worker',
  ]);
  expect(asked.toSorted()).toEqual([0, 0, 1, 2, 2, 3, 4]);
});

test('a stop ends a pause between tries at once', async () => {
  const { workers } = workersOf(() => new RolloutError('down'));
  const tasks = tasksOf(1);
  const stop = new AbortController();
  const pool = createTrajectoryPool({
    failures: { maxAttempts: 3, retried: FAILURE_KINDS, onFailure: 'continue', maxFailedShare: 1 },
    onFailed: () => undefined,
  });
  pool.begin(3, tasks);
  const parts = { workers, pool, pauseMs: 3_600_000, random: () => 0 };
  const gathered = gatherRollouts(parts, tasks, stop.signal);
  setImmediate(() => stop.abort(new Error('stopped')));
  await expect(gathered).rejects.toThrow('stopped');
});
