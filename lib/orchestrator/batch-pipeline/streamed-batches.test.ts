import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { aFailedRollout, aRolloutTask, aScoredRollout, anEpisode } from '@/lib/testing/rollouts';
import type { RolloutTask } from '../rollout/rollout';
import type { RolloutBatch } from '../trajectory-pool/trajectory-pool';
import { createStreamedBatches, type StreamedBatchesParts } from './streamed-batches';

/** A pipeline whose prompts are done when the test says so. */
function setUp(changes: Partial<StreamedBatchesParts> = {}) {
  const open = new Map<number, (batch: RolloutBatch) => void>();
  const begun: number[] = [];
  const tasksOf = (number: number): readonly RolloutTask[] =>
    [0, 1].map((sample) => aRolloutTask({ prompt: number, sample, group: `task-${number % 8}` }));
  const pipeline = createStreamedBatches({
    load: (number) => Promise.resolve({ index: number, row: number % 8, group: '', prompt: '', data: {} }),
    tasksOf: ({ index }) => tasksOf(index),
    rollOut: ([first], signal) =>
      new Promise((resolve, reject) => {
        const number = first?.prompt ?? -1;
        begun.push(number);
        open.set(number, resolve);
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      }),
    promptsPerEpoch: 8,
    groupsPerBatch: 2,
    samplesPerGroup: 2,
    staleness: 1,
    needsSignal: false,
    maxGroups: 4,
    failures: { maxAttempts: 1, retried: [], onFailure: 'stop_on_critical', maxFailedShare: 0.5 },
    endStep: 100,
    ...changes,
  });
  const stop = new AbortController();
  pipeline.begin(null, stop.signal);
  const settle = (number: number, rollouts: Partial<RolloutBatch>): void => {
    open.get(number)?.({ step: 0, asked: 2, groups: [], dropped: [], failed: [], ...rollouts });
    open.delete(number);
  };
  return {
    pipeline,
    begun,
    stop: () => stop.abort(new Error('stop')),
    /** All rollouts of these prompts are done, sampled with this version. */
    finish: async (numbers: readonly number[], version: number, rewards: readonly number[] = [0, 1]) => {
      for (const number of numbers) {
        const [sequence] = anEpisode().sequences;
        if (sequence === undefined) throw new Error('an episode has a sequence');
        const weightVersions = sequence.weightVersions.map(() => version);
        const episode = anEpisode({ sequences: [{ ...sequence, weightVersions }] });
        const rollouts = tasksOf(number).map((task, sample) =>
          aScoredRollout({ task, episode, reward: rewards[sample] ?? 0 }),
        );
        settle(number, { groups: [{ name: `task-${number % 8}`, rollouts }] });
      }
      await setImmediate();
    },
    fail: async (number: number) => {
      settle(number, { failed: tasksOf(number).map((task) => aFailedRollout({ task })) });
      await setImmediate();
    },
  };
}

const placesOf = ({ groups }: RolloutBatch): readonly string[] => groups.map(({ name }) => name);

test('the groups that are done first make the batch, in the order of prompts and with the step that trains on them', async () => {
  const { pipeline, begun, finish } = setUp();
  const batch = pipeline.next({ step: 5, version: 5 });
  await setImmediate();
  expect(begun).toEqual([0, 1, 2, 3]);
  await finish([3], 5);
  await finish([1], 5);
  const produced = await batch;
  expect(placesOf(produced.batch)).toEqual(['task-1', 'task-3']);
  const tasks = produced.batch.groups.flatMap(({ rollouts }) => rollouts.map(({ task }) => task));
  expect(tasks.map(({ step, prompt, sample }) => [step, prompt, sample])).toEqual([
    [5, 0, 0],
    [5, 0, 1],
    [5, 1, 0],
    [5, 1, 1],
  ]);
  expect(produced).toMatchObject({ rounds: 1, isComplete: true, epoch: 0, takesWeights: true });
});

test('under a slow trainer the samplers stop at (staleness + 1) batches, the one in training included', async () => {
  const { pipeline, begun, finish } = setUp({ staleness: 2 });
  const first = pipeline.next({ step: 0, version: 0 });
  await setImmediate();
  expect(begun).toHaveLength(6);
  await finish([0, 1, 2, 3, 4, 5], 0);
  await first;
  await setImmediate();
  // two in training and four waiting: nothing more however long the trainer takes
  expect(begun).toHaveLength(6);
  const second = pipeline.next({ step: 1, version: 1 });
  await second;
  await setImmediate();
  expect(begun).toHaveLength(8);
});

test('a group that is too old is left out and its prompt rolled out again, once', async () => {
  const { pipeline, begun, finish } = setUp();
  const first = pipeline.next({ step: 0, version: 0 });
  await setImmediate();
  await finish([0, 1], 0);
  await first;
  // prompts 2 and 3 are overtaken: they come when the weights are two versions on
  const second = pipeline.next({ step: 1, version: 2 });
  await finish([2], 0);
  expect(begun.filter((prompt) => prompt === 2)).toHaveLength(2);
  await finish([2], 0);
  expect(begun.filter((prompt) => prompt === 2)).toHaveLength(2);
  await finish([3, 4], 2);
  const produced = await second;
  expect(placesOf(produced.batch)).toEqual(['task-3', 'task-4']);
  expect(produced.stale).toEqual({ trajectories: 4, lostPrompts: 1 });
});

test('the position names every prompt that was begun and not handed out', async () => {
  const { pipeline, finish } = setUp();
  const first = pipeline.next({ step: 0, version: 0 });
  await setImmediate();
  await finish([3, 0], 0);
  await first;
  await finish([1], 0);
  expect(pipeline.position()).toEqual({ next: 4, pending: [1, 2] });
});

test('a pipeline goes on from a position', async () => {
  const { pipeline, begun } = setUp();
  pipeline.begin({ next: 9, pending: [4, 7] }, new AbortController().signal);
  pipeline.next({ step: 3, version: 3 }).catch(() => undefined);
  await setImmediate();
  expect(begun).toEqual([4, 7, 9, 10]);
  pipeline.close();
});

test('dynamic sampling takes groups with a signal, and what there is after its bound', async () => {
  const { pipeline, finish } = setUp({ needsSignal: true, maxGroups: 5 });
  const first = pipeline.next({ step: 0, version: 0 });
  await setImmediate();
  await finish([0, 1], 0, [1, 1]);
  await finish([2, 3], 0);
  const produced = await first;
  expect(placesOf(produced.batch)).toEqual(['task-2', 'task-3']);
  expect(produced.batch.dropped.map(({ name }) => name)).toEqual(['task-0', 'task-1']);
  expect(produced).toMatchObject({ rounds: 2, isComplete: true });
  const second = pipeline.next({ step: 1, version: 1 });
  await setImmediate();
  for (const prompt of [4, 5, 6, 7, 8]) await finish([prompt], 1, [0, 0]);
  expect(await second).toMatchObject({ isComplete: false, batch: { groups: [], asked: 10 } });
});

test('two passes over a row in one batch are two groups', async () => {
  const { pipeline, finish } = setUp({ groupsPerBatch: 10, maxGroups: 20, staleness: 0 });
  const first = pipeline.next({ step: 0, version: 0 });
  await setImmediate();
  await finish([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 0);
  const { batch, epoch } = await first;
  expect(placesOf(batch).slice(-2)).toEqual(['task-0 (2)', 'task-1 (2)']);
  expect(epoch).toBe(1);
});

test('near the end no prompt is begun that no step would train on', async () => {
  const { pipeline, begun, finish } = setUp({ staleness: 5, endStep: 2 });
  const first = pipeline.next({ step: 0, version: 0 });
  await setImmediate();
  expect(begun).toHaveLength(4);
  await finish([0, 1, 2, 3], 0);
  await first;
  await pipeline.next({ step: 1, version: 1 });
  await setImmediate();
  expect(begun).toHaveLength(4);
});

test('too many failed rollouts end the run, a group without a scored rollout is replaced', async () => {
  const { pipeline, begun, fail } = setUp();
  const first = pipeline.next({ step: 0, version: 0 });
  const outcome = first.catch((error: unknown) => error);
  await setImmediate();
  await fail(0);
  expect(begun).toEqual([0, 1, 2, 3, 4]);
  await fail(1);
  expect(String(await outcome)).toMatch(/4 of 4 rollouts at step 0 failed/);
  expect(pipeline.partial().failed).toHaveLength(4);
});

test('where failures do not end the run, a step takes what there is after a bound', async () => {
  const failures = { maxAttempts: 1, retried: [], onFailure: 'continue', maxFailedShare: 1 } as const;
  const { pipeline, finish, fail } = setUp({ failures });
  const first = pipeline.next({ step: 0, version: 0 });
  await setImmediate();
  for (const prompt of [0, 1, 2]) await fail(prompt);
  await finish([3], 0);
  expect(await first).toMatchObject({ isComplete: false, rounds: 2, batch: { asked: 8 } });
});

test('a stop ends the wait for a batch, and a hold waits for what is in flight', async () => {
  const { pipeline, begun, finish, stop } = setUp();
  const first = pipeline.next({ step: 0, version: 0 });
  await setImmediate();
  await finish([0, 1], 0);
  await first;
  let isHeld = false;
  const hold = pipeline.hold().then(() => (isHeld = true));
  await finish([2], 0);
  expect(isHeld).toBe(false);
  await finish([3], 0);
  await hold;
  expect(begun).toHaveLength(4);
  const second = pipeline.next({ step: 1, version: 1 });
  await second;
  const third = pipeline.next({ step: 2, version: 2 });
  stop();
  await expect(third).rejects.toThrow('aborted');
});
