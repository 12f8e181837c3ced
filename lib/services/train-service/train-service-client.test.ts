import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readWeightFolder } from '@/lib/embedded/weight-folders';
import type { Datum, LossSpec } from '@/lib/rl/datum';
import { type EmbeddedHost, startEmbeddedHost } from '@/lib/testing/embedded-host';
import { type Fault, type FaultyProxy, startFaultyProxy } from '@/lib/testing/faulty-proxy';
import type { TrainStep } from '../training-service';
import { openTrainService, type TrainServiceOptions } from './open-train-service';
import { createTrainServiceCalls } from './train-service-calls';
import { batchTensors } from './wire/batch-tensors';
import { ForwardBackwardReply, lossToWire, Models } from './wire/messages';

// The client against the embedded service's train-service protocol, with a proxy between them that does what networks do.

const never = new AbortController().signal;
const SPEC = { baseModel: 'galley/embedded-tiny', tuning: { kind: 'full' }, seed: 1 } as const;
const IMITATE: LossSpec = { kind: 'cross_entropy', entropyCoefficient: 0, temperature: 1 };
const OPTIMIZER = { learningRate: 0.5, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0, gradClip: 0 };
const ATTEMPTS = 6;
/** Stays when the service starts again. */
const KEY = 'tml-of-this-test';

let host: EmbeddedHost;
let proxy: FaultyProxy;
const notes: string[] = [];
const pauses: number[] = [];

beforeEach(async () => {
  notes.length = 0;
  pauses.length = 0;
  host = await startEmbeddedHost({ tinker: { key: KEY } });
  proxy = await startFaultyProxy(host.record.port, '/train/v1/');
});
afterEach(async () => {
  await proxy.close();
  await host.stop();
});

function connect(over: Partial<TrainServiceOptions> = {}) {
  return openTrainService({
    url: proxy.baseUrl,
    apiKey: KEY,
    identifier: 'run-1',
    temperature: 1,
    computeTimeoutMs: 500,
    onNote: (note) => notes.push(note),
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

const callsOf = (name: string): number => host.calls.filter((call) => call.name === name).length;

test('a model is opened, trained, published, saved, loaded and closed', async () => {
  const training = connect();
  expect(await training.health(never)).toMatchObject({ ok: true, model: 'run-1' });
  await training.open(SPEC, never);
  expect(await training.trainStep(step(), never)).toEqual({ loss: 2, grad_norm: 1, lr: 0.5 });
  expect(await training.forward([datum(7, 8), datum(9, 1, 2)], 'policy', never)).toEqual([
    Float32Array.of(0, -8),
    Float32Array.of(0, -1, -2),
  ]);
  const ref = await training.publishWeights('version-1', never);
  expect(ref).toEqual({
    path: path.join(host.dataDir, 'train-service/weights/run-1/version-1'),
    version: 1,
  });
  const state = await training.saveState('step-1', never);
  expect(state.path).toBe(path.join(host.dataDir, 'train-service/states/run-1/step-1'));
  expect(state.bytes).toBeGreaterThan(0);
  await training.trainStep(step('step-1'), never);
  await training.loadState(state, never);
  // after going back the same step is taken again
  expect(await training.trainStep(step('step-1'), never)).toMatchObject({ lr: 0.5 });
  expect(callsOf('applyGradient')).toBe(3);
  await training.close();
  expect(proxy.seen.at(-1)).toBe('deregister');
  expect(callsOf('close')).toBe(1);
});

test('published weights are folders, of which the newest two stay', async () => {
  const training = connect();
  await training.open(SPEC, never);
  for (const label of ['version-1', 'version-2', 'version-3']) await training.publishWeights(label, never);
  const folder = path.join(host.dataDir, 'train-service/weights/run-1');
  expect((await readdir(folder)).sort()).toEqual(['version-2', 'version-3']);
  expect(await readWeightFolder(host.dataDir, path.join(folder, 'version-3'))).toMatchObject({
    shape: { modelWidth: 32, context: 64 },
  });
});

test('a model starts from a folder of weights, and LoRA is noted as not applied', async () => {
  const first = connect();
  await first.open(SPEC, never);
  const { path: baseModel } = await first.publishWeights('version-1', never);
  const second = connect({ identifier: 'run-2' });
  await second.open({ ...SPEC, baseModel, tuning: { kind: 'lora', rank: 8 } }, never);
  expect(notes).toEqual(['The embedded model has no LoRA: all of its weights are trained.']);
  expect((await second.publishWeights('version-2', never)).version).toBe(2);
});

test('a batch that no request holds goes in parts, and the optimizer steps once', async () => {
  await host.stop();
  host = await startEmbeddedHost({ maxBodyBytes: 4200, tinker: { key: KEY } });
  proxy.pointAt(host.record.port);
  const training = connect();
  await training.open(SPEC, never);
  const batch = Array.from({ length: 6 }, (_, index) => datum(index, 1, 2));
  expect(await training.trainStep(step('step-0', { batch }), never)).toMatchObject({ lr: 0.5 });
  expect(callsOf('accumulate')).toBe(6);
  expect(host.calls.at(-1)).toEqual({ name: 'applyGradient', size: 6 });
  expect((await training.forward(batch, 'policy', never)).map((row) => row.length)).toEqual([
    3, 3, 3, 3, 3, 3,
  ]);
  const long = step('step-1', { batch: [datum(...Array.from({ length: 60 }, () => 1))] });
  await expect(training.trainStep(long, never)).rejects.toThrow(/Sequence 0 has 60 tokens/);
});

const HARMLESS: readonly (readonly [string, readonly Fault[]])[] = [
  ['a refused connection', [{ kind: 'refuse' }, { kind: 'refuse' }]],
  ['a request that hangs', [{ kind: 'hang' }]],
  ['an answer that is lost', [{ kind: 'lose-answer' }]],
  ['half an answer', [{ kind: 'half-answer' }]],
  ['a request that arrives twice', [{ kind: 'twice' }]],
  ['a burst of 500', Array.from({ length: 4 }, () => ({ kind: 'answer', status: 500, body: 'oh' }) as const)],
  ['429 with Retry-After', [{ kind: 'answer', status: 429, body: '{}', headers: { 'retry-after': '7' } }]],
  ['an answer that is not JSON', [{ kind: 'answer', status: 200, body: '<html>' }]],
  [
    'a Retry-After by a clock that is years ahead',
    [{ kind: 'answer', status: 503, body: '', headers: { 'retry-after': 'Fri, 31 Dec 2060 23:59:59 GMT' } }],
  ],
];
const WRITES = ['forward_backward', 'optim_step'];

test.each(WRITES.flatMap((at) => HARMLESS.map(([name, faults]) => ({ at, name, faults }))))(
  '$name at $at: the step is taken once, and whole',
  async ({ at, faults }) => {
    const training = connect();
    await training.open(SPEC, never);
    proxy.plan(at, ...faults);
    expect(await training.trainStep(step(), never)).toMatchObject({ grad_norm: 1 });
    expect(callsOf('accumulate')).toBe(1);
    expect(host.calls.filter(({ name }) => name === 'applyGradient')).toEqual([
      { name: 'applyGradient', size: 2 },
    ]);
    expect(pauses.every((ms) => ms <= 7000)).toBe(true);
    if (faults.some((fault) => fault.kind === 'answer' && fault.status === 429))
      expect(pauses).toContain(7000);
  },
);

const AROUND = ['initialize', 'compute_log_prob', 'freeze_reference', 'save_checkpoint', 'load_checkpoint'];
const ANSWERLESS: readonly (readonly [string, Fault])[] = [
  ['an answer that is lost', { kind: 'lose-answer' }],
  ['half an answer', { kind: 'half-answer' }],
  ['a request that arrives twice', { kind: 'twice' }],
];

test.each(AROUND.flatMap((at) => ANSWERLESS.map(([name, fault]) => ({ at, name, fault }))))(
  '$name at $at changes nothing but the time it takes',
  async ({ at, fault }) => {
    const training = connect();
    proxy.plan(at, fault);
    await training.open(SPEC, never);
    await training.freezeReference(never);
    const state = await training.saveState('step-1', never);
    const ref = await training.publishWeights('version-1', never);
    expect(ref.version).toBe(1);
    await training.trainStep(step(), never);
    await training.loadState(state, never);
    expect(await training.forward([datum(7, 8)], 'reference', never)).toEqual([Float32Array.of(0, -8)]);
    await training.trainStep(step(), never);
    expect(callsOf('applyGradient')).toBe(2);
    expect(callsOf('load')).toBe(1);
    expect(callsOf('freezeReference')).toBe(1);
  },
);

test('a step that ran out of attempts goes on where it was when it is asked for again', async () => {
  const training = connect();
  await training.open(SPEC, never);
  proxy.plan('optim_step', ...Array.from({ length: ATTEMPTS }, () => ({ kind: 'lose-answer' }) as const));
  await expect(training.trainStep(step(), never)).rejects.toThrow(
    /train service: optim_step lost its connection.*\(after 6 attempts\)/,
  );
  expect(await training.trainStep(step(), never)).toMatchObject({ grad_norm: 1 });
  expect([callsOf('accumulate'), callsOf('applyGradient')]).toEqual([1, 1]);
});

test('a gradient that a late part of another step drove out is gathered again', async () => {
  const training = connect();
  await training.open(SPEC, never);
  proxy.plan('optim_step', { kind: 'first', act: sendStrayPart });
  expect(await training.trainStep(step(), never)).toMatchObject({ grad_norm: 1 });
  expect(callsOf('accumulate')).toBe(3);
  expect(host.calls.at(-1)).toEqual({ name: 'applyGradient', size: 2 });
});

/** A part of a step that was given up, which arrives only now. */
async function sendStrayPart(): Promise<void> {
  const calls = createTrainServiceCalls({
    url: `http://127.0.0.1:${host.record.port}`,
    apiKey: KEY,
  });
  const { models } = Models.parse(await (await get('get_models')).json());
  const body = {
    model_id: models[0]?.model_id,
    epoch: 0,
    operation_id: 'given-up',
    part: 0,
    loss: lossToWire(IMITATE, 1),
  };
  const call = { operation: 'forward_backward', body, tensors: batchTensors([datum(1, 2)]) };
  await calls.json(call, ForwardBackwardReply, never);
  calls.close();
}

function get(operation: string): Promise<Response> {
  const headers = { authorization: `Bearer ${KEY}` };
  return fetch(`http://127.0.0.1:${host.record.port}/train/v1/${operation}`, { headers });
}

test('a server that starts again between gradient and step is gone; from the last state no step is lost or doubled', async () => {
  const training = connect();
  await training.open(SPEC, never);
  await training.trainStep(step('step-0'), never);
  const state = await training.saveState('step-1', never);
  const first = host;
  proxy.plan('optim_step', {
    kind: 'first',
    async act() {
      await first.end();
      host = await startEmbeddedHost({ dataDir: first.dataDir, tinker: { key: KEY } });
      proxy.pointAt(host.record.port);
    },
  });
  const failure = await training.trainStep(step('step-1'), never).catch((error: unknown) => error);
  expect(failure).toMatchObject({ kind: 'gone' });
  expect(String(failure)).toContain('train service: optim_step was refused (HTTP 404): There is no model');
  await training.open(SPEC, never);
  await training.loadState(state, never);
  // the second step of the model, from the state after its first one
  expect(await training.trainStep(step('step-1'), never)).toMatchObject({ lr: 0.5, grad_norm: 2 });
  expect(first.calls.filter(({ name }) => name === 'applyGradient').length).toBe(1);
  expect(callsOf('applyGradient')).toBe(1);
});

test('what was sent before a state was loaded is refused after it', async () => {
  const training = connect();
  await training.open(SPEC, never);
  const state = await training.saveState('step-0', never);
  await training.loadState(state, never);
  await expect(sendStrayPart()).rejects.toMatchObject({ kind: 'gone' });
  expect(callsOf('accumulate')).toBe(0);
});

test('a model that was silent for too long is gone; a clock that goes back drops nothing', async () => {
  const training = connect();
  await training.open(SPEC, never);
  host.setTime(-1e9);
  expect(await training.trainStep(step(), never)).toMatchObject({ grad_norm: 1 });
  host.setTime(1e9);
  await expect.poll(() => host.log.join()).toContain('no call for');
  await expect(training.trainStep(step('step-1'), never)).rejects.toMatchObject({ kind: 'gone' });
});

test('an identifier that is opened again elsewhere takes the model away', async () => {
  const training = connect();
  await training.open(SPEC, never);
  await connect().open(SPEC, never);
  await expect(training.trainStep(step(), never)).rejects.toMatchObject({ kind: 'gone' });
});

test('refusals say which service, operation and setting', async () => {
  await expect(connect({ apiKey: 'wrong' }).open(SPEC, never)).rejects.toThrow(
    /train service: health was refused \(HTTP 401\).*Check the key of the train service/,
  );
  await expect(connect().open({ ...SPEC, baseModel: 'Qwen/Qwen3-8B' }, never)).rejects.toThrow(
    /no base model Qwen\/Qwen3-8B here.*--stand-in/,
  );
  const training = connect();
  await expect(training.trainStep(step(), never)).rejects.toThrow('the model run-1 is not open');
  await training.open(SPEC, never);
  await expect(training.loadState({ path: '/etc/passwd', bytes: 0 }, never)).rejects.toThrow(
    'outside of the data directory',
  );
  // a load that did not happen leaves the epoch as it was
  expect(await training.trainStep(step(), never)).toMatchObject({ grad_norm: 1 });
  const weightless = step('step-1', { batch: [{ ...datum(1, 2), weights: new Float32Array(2) }] });
  await expect(training.trainStep(weightless, never)).rejects.toThrow(/no token with a positive loss weight/);
  const absent = await connect({ url: 'http://127.0.0.1:9' }).health(never);
  expect(absent.ok).toBe(false);
  expect(absent.detail).toContain('train service: health could not connect');
});

test('a load that fails forgets no step that was taken, and leaves no half gradient behind', async () => {
  const training = connect();
  await training.open(SPEC, never);
  await training.trainStep(step('step-0'), never);
  proxy.plan('optim_step', ...Array.from({ length: ATTEMPTS }, () => ({ kind: 'refuse' }) as const));
  await expect(training.trainStep(step('step-1'), never)).rejects.toThrow('after 6 attempts');
  await expect(training.loadState({ path: 'none', bytes: 0 }, never)).rejects.toThrow('does not exist');
  expect(await training.trainStep(step('step-0'), never)).toMatchObject({ grad_norm: 1 });
  expect(await training.trainStep(step('step-2'), never)).toMatchObject({ grad_norm: 2 });
  expect(host.calls.at(-1)).toEqual({ name: 'applyGradient', size: 2 });
});

test('a signal that aborts ends the call with its own reason, and what was sent stays sent', async () => {
  const training = connect({ computeTimeoutMs: 60_000 });
  await training.open(SPEC, never);
  const stop = new AbortController();
  proxy.plan('optim_step', {
    kind: 'first',
    act: () => {
      stop.abort(new Error('stopped'));
      return Promise.resolve();
    },
  });
  await expect(training.trainStep(step(), stop.signal)).rejects.toThrow('stopped');
  expect(await training.trainStep(step(), never)).toMatchObject({ grad_norm: 1 });
  expect(callsOf('applyGradient')).toBe(1);
});
