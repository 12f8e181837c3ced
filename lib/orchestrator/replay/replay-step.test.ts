import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { RunId } from '@/lib/domain/run';
import type { Evaluation, EvaluatorHost } from '@/lib/evaluators/evaluator-host';
import { RecipeConfig } from '@/lib/recipes/recipe-config';
import { createBandit } from '@/lib/testing/bandit-services';
import { bundleForTest } from '@/lib/testing/bundle-for-test';
import { orchestratedRuns, seriesOf } from '@/lib/testing/orchestrated-run';
import { testDatabase, testWriterWorker } from '@/lib/testing/test-database';
import { createTrajectoryStore } from '@/lib/trajectories/create-trajectory-store';
import { createCheckpointFolder } from '../checkpoint/checkpoint-folder';
import { startRunProcess } from '../run-process';
import { isChanged } from './compare-rollouts';
import { replayStep } from './replay-step';

// A whole run over the real store, then its stored steps; only the model is small.
vi.setConfig({ testTimeout: 60_000 });

let folder = '';
let bundles = { evaluatorChild: '', scriptChild: '' };
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'galley-replay-'));
  bundles = {
    evaluatorChild: await bundleForTest('lib/evaluators/evaluator-child.ts', folder),
    scriptChild: await bundleForTest('lib/agents/code/script-child.ts', folder),
  };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const NEVER = new AbortController().signal;

/** A run of four steps, and what a replay of one of them asks for. */
async function aRun(changes: Parameters<Awaited<ReturnType<typeof orchestratedRuns>>['launch']>[0] = {}) {
  const database = await testDatabase();
  const { env, store, launch } = await orchestratedRuns(database);
  const runId = await launch({ trainer: { total_train_steps: 4, save_freq: 2 }, validate: null, ...changes });
  const { open } = createBandit();
  const writerWorker = testWriterWorker();
  const run = await startRunProcess({ env, runId, ...bundles, writerWorker, open });
  expect(await run.ended).toMatchObject({ status: 'succeeded' });
  const trajectories = createTrajectoryStore(database.db);
  const config = RecipeConfig.parse((await store.snapshot(runId)).resolved);
  const requestFor = async (step: number, evaluator: EvaluatorHost | null) => ({
    config,
    totalSteps: 4,
    step,
    stored: await trajectories.whole({ runId, step, validation: false }),
    evaluator,
    model: null,
  });
  return { env, runId, config, requestFor, open, store };
}

function scoring(
  score: (answer: string, data: Readonly<Record<string, unknown>>) => Evaluation,
): EvaluatorHost {
  return {
    evaluate: ({ data, target }) => Promise.resolve(score(target.finalAnswer, data)),
    close: () => Promise.resolve(),
  };
}

function scored(reward: number, metrics: Readonly<Record<string, number>> = {}): Evaluation {
  return { ok: true, reward, groundTruth: '', metrics, extraInfo: {} };
}

test('scored again by the same evaluator, nothing differs, and advantages are those of the run', async () => {
  const { requestFor } = await aRun();
  const stored = (await requestFor(2, null)).stored;
  expect(stored).toHaveLength(32);
  const scoreOf = new Map(stored.map(({ body }) => [`${body.prompt}${body.completion}`, body]));
  const rewards = new Map(stored.map(({ row, body }) => [`${body.prompt}${body.completion}`, row.reward]));
  const same = scoring((answer, data) => {
    const name = `${String(data['prompt'])}${answer}`;
    return scored(rewards.get(name) ?? NaN, scoreOf.get(name)?.metrics);
  });
  const replay = await replayStep(await requestFor(2, same), NEVER);
  expect(replay.metrics).toEqual([]);
  expect(replay.notes).toEqual([]);
  const rollouts = replay.groups.flatMap((group) => group.rollouts);
  expect(rollouts.map(({ id }) => id)).toEqual(stored.map(({ row }) => row.id));
  for (const [index, { advantage }] of rollouts.entries()) {
    const kept = stored[index]?.row.advantage ?? NaN;
    expect(isChanged({ before: kept, after: advantage.before })).toBe(false);
    expect(isChanged(advantage)).toBe(false);
  }
});

test('another evaluator moves rewards, advantages and metrics, and what it cannot score is said', async () => {
  const { requestFor } = await aRun();
  const request = await requestFor(0, null);
  const other = scoring((answer, data) =>
    data['run_id'] === 3 ? { ok: false, message: 'no such answer' } : scored(Number(answer)),
  );
  const replay = await replayStep({ ...request, evaluator: other }, NEVER);
  expect(replay.groups).toHaveLength(8);
  for (const { rollouts, reward } of replay.groups) {
    const now = rollouts.flatMap(({ reward: { after } }) => after ?? []);
    expect(now).toHaveLength(3);
    expect(reward.after).toBeCloseTo(now.reduce((sum, each) => sum + each, 0) / 3);
    expect(rollouts[3]).toMatchObject({ reward: { after: null }, error: 'no such answer' });
  }
  const changed = new Map(replay.metrics.map(({ key, ...change }) => [key, change]));
  expect(changed.get('rollout/failed_evaluator_error')).toEqual({ before: 0, after: 8 });
  expect(changed.get('rollout/exact_match')).toMatchObject({ after: null });
  expect(changed.get('rollout/reward_mean')?.after).toBeGreaterThan(1);
});

test('trained on again with the weights of the step, the trainer says what it said in the run', async () => {
  const { requestFor, env, runId, open, config, store } = await aRun();
  const context = { dataDir: env.dataDir, root: env.root, runId, stateFolder: path.join(folder, 'replay') };
  const services = await open(config, context);
  const checkpoint = await newest(env.dataDir, runId, 3);
  expect(checkpoint.run.step).toBe(2);
  await services.training.loadState(checkpoint.state, NEVER);
  const request = await requestFor(2, null);
  const replay = await replayStep({ ...request, model: { services, state: checkpoint.run } }, NEVER);
  const series = await seriesOf(store, runId);
  expect(replay.training?.updates).toBe(2);
  const told = Object.entries(replay.training?.metrics ?? {});
  expect(told.length).toBeGreaterThan(4);
  expect(told).toEqual(told.map(([key]) => [key, series[`${key}@2`]]));
});

test('a step without answers is refused', async () => {
  const { requestFor } = await aRun();
  await expect(replayStep(await requestFor(99, null), NEVER)).rejects.toThrow(/no stored answers/);
});

async function newest(dataDir: string, runId: RunId, atMost: number) {
  const checkpoints = createCheckpointFolder({
    dataDir,
    runId,
    retention: { keepLast: null, best: null },
    onSkipped: () => undefined,
  });
  const found = await checkpoints.newest(atMost);
  if (found === null) throw new Error('the run has checkpoints');
  return found;
}
