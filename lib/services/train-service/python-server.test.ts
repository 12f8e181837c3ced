import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Datum, LossSpec } from '@/lib/rl/datum';
import { type Fault, type FaultyProxy, startFaultyProxy } from '@/lib/testing/faulty-proxy';
import { type PythonTrainServer, startPythonTrainServer } from '@/lib/testing/python-train-server';
import { findPython } from '@/scripts/find-python.mjs';
import type { TrainStep } from '../training-service';
import { openTrainService, type TrainServiceOptions } from './open-train-service';

// The Python server's rules of the protocol, around a model that computes nothing: no torch is needed.

const never = new AbortController().signal;
const python = await findPython();
const pythonTest = test.skipIf(python === null);
const KEY = 'key-of-this-test';
const SPEC = { baseModel: 'fake', tuning: { kind: 'full' }, seed: 1 } as const;
const IMITATE: LossSpec = { kind: 'cross_entropy', entropyCoefficient: 0, temperature: 1 };
const OPTIMIZER = { learningRate: 0.5, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0, gradClip: 0 };

let server: PythonTrainServer;
let proxy: FaultyProxy;
let pauses: number[] = [];

const start = (folder?: string): Promise<PythonTrainServer> =>
  startPythonTrainServer({
    python: python ?? 'python3',
    program: [path.resolve('lib/python/train_service/tests/fake_server.py')],
    apiKey: KEY,
    ...(folder === undefined ? {} : { folder }),
  });

beforeEach(async () => {
  if (python === null) return;
  pauses = [];
  server = await start();
  proxy = await startFaultyProxy(server.port, '/train/v1/');
});
afterEach(async () => {
  if (python === null) return;
  await proxy.close();
  await server.stop();
});

function connect(over: Partial<TrainServiceOptions> = {}) {
  return openTrainService({
    url: proxy.baseUrl,
    apiKey: KEY,
    identifier: 'run-1',
    temperature: 1,
    computeTimeoutMs: 1_000,
    sleep: (ms) => {
      pauses.push(ms);
      return Promise.resolve();
    },
    ...over,
  });
}

const datum = (...tokens: readonly number[]): Datum => ({
  tokens: Int32Array.from(tokens),
  weights: Float32Array.from(tokens, (_, at) => (at === 0 ? 0 : 1)),
});

function step(id = 'step-0', over: Partial<TrainStep> = {}): TrainStep {
  const batch = [datum(1, 2, 3), datum(4, 5)];
  return { operationId: id, batch, loss: IMITATE, optimizer: OPTIMIZER, ...over };
}

pythonTest('a model is opened, trained, published, saved, loaded and closed', async () => {
  const training = connect();
  expect(await training.health(never)).toMatchObject({ ok: true });
  await training.open(SPEC, never);
  const metrics = await training.trainStep(step(), never);
  expect(metrics).toEqual({ loss: 2, pg_loss: NaN, grad_norm: 1, lr: 0.5, weight: 1 });
  expect(await training.forward([datum(7, 8), datum(9)], 'policy', never)).toEqual([
    Float32Array.of(0, -8),
    Float32Array.of(0),
  ]);
  await training.freezeReference(never);
  const state = await training.saveState('step-1', never);
  for (const label of ['v1', 'v2', 'v3']) await training.publishWeights(label, never);
  expect((await readdir(path.join(server.folder, 'weights/run-1'))).sort()).toEqual(['v2', 'v3']);
  await training.trainStep(step('step-1'), never);
  await training.loadState(state, never);
  expect(await training.trainStep(step('step-1'), never)).toMatchObject({ weight: 2, grad_norm: 2 });
  await training.close();
  expect(server.calls.at(-1)).toEqual({ name: 'close', size: 1 });
});

const HARMLESS: readonly (readonly [string, readonly Fault[]])[] = [
  ['an answer that is lost', [{ kind: 'lose-answer' }]],
  ['half an answer', [{ kind: 'half-answer' }]],
  ['a request that arrives twice', [{ kind: 'twice' }]],
];

pythonTest.each(
  ['forward_backward', 'optim_step'].flatMap((at) =>
    HARMLESS.map(([name, faults]) => ({ at, name, faults })),
  ),
)('$name at $at: the step is taken once, and whole', async ({ at, faults }) => {
  const training = connect();
  await training.open(SPEC, never);
  proxy.plan(at, ...faults);
  expect(await training.trainStep(step(), never)).toMatchObject({ grad_norm: 1, weight: 1 });
  expect(server.calls).toEqual([
    { name: 'forward_backward', size: 2 },
    { name: 'optim_step', size: 2 },
  ]);
});

pythonTest(
  'a server that is killed between gradient and step is gone; no step is lost or doubled',
  async () => {
    const training = connect();
    await training.open(SPEC, never);
    await training.trainStep(step('step-0'), never);
    const state = await training.saveState('step-1', never);
    proxy.plan('optim_step', {
      kind: 'first',
      async act() {
        await server.kill();
        server = await start(server.folder);
        proxy.pointAt(server.port);
      },
    });
    await expect(training.trainStep(step('step-1'), never)).rejects.toMatchObject({ kind: 'gone' });
    await training.open(SPEC, never);
    await training.loadState(state, never);
    expect(await training.trainStep(step('step-1'), never)).toMatchObject({ grad_norm: 2, weight: 2 });
  },
);

pythonTest(
  'a part that fails half-way spoils the gradient, which is dropped and never stepped along',
  async () => {
    const training = connect();
    await training.open(SPEC, never);
    const broken = step('step-0', { batch: [datum(299, 1)] });
    await expect(training.trainStep(broken, never)).rejects.toThrow(
      /forward_backward.*out of memory.*6 attempts/s,
    );
    expect(await training.trainStep(step('step-1'), never)).toMatchObject({ grad_norm: 1, weight: 1 });
    expect(server.calls.at(-1)).toEqual({ name: 'optim_step', size: 2 });
  },
);

pythonTest(
  'a load that fails forgets no step that was taken, and leaves no half gradient behind',
  async () => {
    const training = connect();
    await training.open(SPEC, never);
    await training.trainStep(step('step-0'), never);
    proxy.plan('optim_step', ...Array.from({ length: 6 }, () => ({ kind: 'refuse' }) as const));
    await expect(training.trainStep(step('step-1'), never)).rejects.toThrow('after 6 attempts');
    await expect(training.loadState({ path: 'none', bytes: 0 }, never)).rejects.toThrow('state.json');
    expect(await training.trainStep(step('step-0'), never)).toMatchObject({ grad_norm: 1 });
    expect(await training.trainStep(step('step-2'), never)).toMatchObject({ grad_norm: 2, weight: 2 });
  },
);

pythonTest('refusals say what, where and what to do', async () => {
  await expect(connect({ apiKey: 'wrong' }).open(SPEC, never)).rejects.toThrow(
    'Check the key of the train service',
  );
  await expect(connect().open({ ...SPEC, baseModel: 'other' }, never)).rejects.toThrow(
    'Could not load the base model',
  );
  const training = connect();
  await training.open(SPEC, never);
  await expect(training.loadState({ path: '/etc', bytes: 0 }, never)).rejects.toThrow('--allow FOLDER');
  const gspo: LossSpec = { kind: 'gspo', clipLow: 0.1, clipHigh: 0.1, entropyCoefficient: 0, temperature: 1 };
  await expect(training.trainStep(step('a', { loss: gspo }), never)).rejects.toThrow(
    'The loss gspo is not here',
  );
  const long = step('b', { batch: [datum(...Array.from({ length: 65 }, () => 1))] });
  await expect(training.trainStep(long, never)).rejects.toThrow(
    'Sequence 0 has 65 tokens; the model takes 64',
  );
  expect(await training.trainStep(step('c'), never)).toMatchObject({ grad_norm: 1 });
});
