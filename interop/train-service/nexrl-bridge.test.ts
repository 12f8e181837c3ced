import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { processEnvironment } from '@/lib/env';
import type { Datum, LossSpec } from '@/lib/rl/datum';
import { openTrainService } from '@/lib/services/train-service/open-train-service';
import type { TrainStep } from '@/lib/services/training-service';
import { type PythonTrainServer, startPythonTrainServer } from '@/lib/testing/python-train-server';

// The bridge against a fake of NexRL's API server and two workers, over real HTTP and ZMQ.

const python = processEnvironment()['GALLEY_TORCH_PYTHON'] ?? 'python3';
const SERVER = path.resolve('lib/python/train_service');
const STUB = path.join(SERVER, 'tests/nexrl_stub');
const never = new AbortController().signal;
const SPEC = { baseModel: '/models/qwen', tuning: { kind: 'full' }, seed: 1 } as const;
const PPO: LossSpec = {
  kind: 'ppo',
  clipLow: 0.2,
  clipHigh: 0.28,
  dualClip: null,
  entropyCoefficient: 0.001,
  temperature: 1,
};
const OPTIMIZER = {
  learningRate: 1e-6,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0.01,
  gradClip: 1,
};
/** `service.train_service.actor` of a recipe that agrees with the two above. */
const CONFIG = {
  identifier: 'actor',
  role: 'actor',
  actor: {
    do_old_log_prob_compute: true,
    ppo_epochs: 1,
    ppo_mini_batch_size: 8,
    loss_func_type: 'NX_20250515',
    loss_agg_mode: 'token-mean',
    entropy_coeff: 0.001,
    use_kl_loss: false,
    clip_ratio: 0.2,
    clip_ratio_low: null,
    clip_ratio_high: 0.28,
    grad_clip: 1,
    optim: { lr: 1e-6 },
    rollout: { n: 2, temperature: 1 },
  },
};

let nexrl: PythonTrainServer;
let bridge: PythonTrainServer;

beforeEach(async () => {
  nexrl = await startPythonTrainServer({ python, program: [path.join(SERVER, 'tests/fake_nexrl.py')] });
  bridge = await startBridge();
});
afterEach(async () => {
  await bridge.stop();
  await nexrl.stop();
});

const startBridge = (folder?: string): Promise<PythonTrainServer> =>
  startPythonTrainServer({
    python,
    program: ['-m', 'galley_train.nexrl_bridge'],
    args: ['--nexrl-url', `http://127.0.0.1:${nexrl.port}`],
    cwd: SERVER,
    environment: { PYTHONPATH: STUB },
    ...(folder === undefined ? {} : { folder }),
  });

const connect = (config: Readonly<Record<string, unknown>> = CONFIG) =>
  openTrainService({
    url: `http://127.0.0.1:${bridge.port}`,
    identifier: 'run-1',
    temperature: 1,
    config,
    maxAttempts: 2,
  });

function datum(advantage: number, ...tokens: readonly number[]): Datum {
  const weights = Float32Array.from(tokens, (_, at) => (at < 2 ? 0 : 1));
  return {
    tokens: Int32Array.from(tokens),
    weights,
    logprobs: weights.map((weight) => (weight === 0 ? NaN : -1)),
    advantages: weights.map((weight) => (weight === 0 ? NaN : advantage)),
  };
}

function step(operationId: string, over: Partial<TrainStep> = {}): TrainStep {
  const batch = [datum(1, 5, 6, 7, 8), datum(2, 5, 6, 7), datum(0.5, 5, 6, 7, 8, 9)];
  return { operationId, batch, loss: PPO, optimizer: OPTIMIZER, ...over };
}

const Told = z.object({ name: z.string() });
const operations = (): readonly string[] =>
  nexrl.calls
    .map((call) => Told.parse(call).name)
    .filter((name) => name !== 'initialize' && name !== 'init_model');

test('steps, log-probabilities, weights and states go through NexRL’s own operations', async () => {
  const training = connect();
  await training.open(SPEC, never);
  expect(await training.forward([datum(1, 5, 6, 7), datum(1, 8, 9)], 'policy', never)).toEqual([
    Float32Array.of(0, -6, -7),
    Float32Array.of(0, -9),
  ]);
  // 100, and the scored advantages of all rows: 2·1 + 1·2 + 3·0.5; the row that fills up counts for nothing
  expect(await training.trainStep(step('s-0'), never)).toMatchObject({
    grad_norm: 105.5,
    pg_loss: 2,
    lr: 1e-6,
  });
  const state = await training.saveState('after-1', never);
  expect((await training.publishWeights('version-1', never)).version).toBe(1);
  expect(await training.trainStep(step('s-1'), never)).toMatchObject({ grad_norm: 111 });
  await training.loadState(state, never);
  expect(await training.trainStep(step('s-1'), never)).toMatchObject({ grad_norm: 111 });
  expect(operations()).toEqual([
    'save_checkpoint',
    'compute_log_prob',
    'update_actor',
    'save_checkpoint',
    'save_checkpoint',
    'update_actor',
    'load_checkpoint',
    'update_actor',
  ]);
  await training.close();
});

test('workers that have learned already start anew when a run opens the model again', async () => {
  const first = connect();
  await first.open(SPEC, never);
  await first.trainStep(step('s-0'), never);
  await bridge.kill();
  bridge = await startBridge(bridge.folder);
  const second = connect();
  await second.open(SPEC, never);
  expect(await second.trainStep(step('s-0'), never)).toMatchObject({ grad_norm: 105.5 });
  await second.close();
});

test('a step whose outcome nobody knows closes the model: it is never taken twice', async () => {
  const training = connect();
  await training.open(SPEC, never);
  const broken = step('s-0', { batch: [datum(1, 666, 6, 7)] });
  await expect(training.trainStep(broken, never)).rejects.toMatchObject({ kind: 'gone' });
  expect(operations().filter((name) => name === 'update_actor').length).toBe(1);
});

test('what NexRL takes from its configuration alone is refused where a step differs', async () => {
  const training = connect();
  await training.open(SPEC, never);
  await expect(
    training.trainStep(step('a', { optimizer: { ...OPTIMIZER, learningRate: 1e-5 } }), never),
  ).rejects.toThrow('actor.optim.lr is 1e-06, and the step wants 1e-05');
  await expect(training.trainStep(step('b', { loss: { ...PPO, clipHigh: 0.2 } }), never)).rejects.toThrow(
    'actor.clip_ratio_high is 0.28',
  );
  await expect(
    training.trainStep(
      step('c', { loss: { kind: 'cross_entropy', entropyCoefficient: 0, temperature: 1 } }),
      never,
    ),
  ).rejects.toThrow('The loss cross_entropy is not here');
  const many = Array.from({ length: 40 }, () => datum(1, 5, 6, 7));
  await expect(training.trainStep(step('d', { batch: many }), never)).rejects.toThrow(
    'raise actor.ppo_mini_batch_size',
  );
  expect(operations()).not.toContain('update_actor');
  await expect(connect({ identifier: 'actor' }).open(SPEC, never)).rejects.toThrow(
    "write the actor's settings",
  );
});
