import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Datum, LossSpec } from '@/lib/rl/datum';
import { byteTokenizer } from '@/lib/tokenizers/byte-tokenizer';
import { type EmbeddedHost, startEmbeddedHost } from '@/lib/testing/embedded-host';
import { type Fault, type FaultyProxy, startFaultyProxy } from '@/lib/testing/faulty-proxy';
import type { TrainStep } from '../training-service';
import { connectWeaver } from './connect-weaver';

// The client against the embedded service's Weaver API, with a proxy between them that does what networks do.

const never = new AbortController().signal;
const SPEC = { baseModel: 'galley/embedded-tiny', tuning: { kind: 'full' }, seed: 1 } as const;
const IMITATE: LossSpec = { kind: 'cross_entropy', entropyCoefficient: 0, temperature: 1 };
const OPTIMIZER = { learningRate: 0.5, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0, gradClip: 0 };

let host: EmbeddedHost;
let proxy: FaultyProxy;
const pauses: number[] = [];

beforeEach(async () => {
  pauses.length = 0;
  host = await startEmbeddedHost({ tinker: { key: 'tml-test', pollMs: 2_000, gapMs: 5_000 } });
  proxy = await startFaultyProxy(host.record.port, '/weaver/api/v1/');
});
afterEach(async () => {
  await proxy.close();
  await host.stop();
});

function connect({ apiKey = 'sk-test' } = {}) {
  return connectWeaver({
    baseUrl: `${proxy.baseUrl}/weaver`,
    apiKey,
    baseModel: SPEC.baseModel,
    rank: 8,
    trainingMode: 'lora',
    loadTokenizer: () => Promise.resolve(byteTokenizer),
    timeoutMs: 2_000,
    sleep: (ms) => {
      pauses.push(ms);
      return Promise.resolve();
    },
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
const PASSES = 'models/:id/forward-backward-passes';
const STEPS = 'models/:id/optimizer-steps';

test('a model is opened, trained, published, sampled from, saved and loaded', async () => {
  const { training, inference } = connect();
  await training.open(SPEC, never);
  expect(await training.trainStep(step(), never)).toMatchObject({ lr: 0.5, tokens: 3, grad_norm: 1 });
  const ref = await training.publishWeights('version-1', never);
  expect(ref.path).toMatch(/^weaver:\/\/[^/]+\/sampler\/version-1-/);
  await inference.loadWeights(ref, never);
  const request = { prompt: 'hi', maxTokens: 4, temperature: 1, stop: [], seed: 5 };
  const generation = await inference.generate(request, never);
  expect(generation).toMatchObject({ promptTokens: [104, 105], weightVersion: 1 });
  expect(generation.tokens.length).toBe(generation.logprobs.length);
  expect(await inference.generate(request, never)).toEqual(generation);
  expect(await training.forward([datum(7, 8)], 'policy', never)).toEqual([Float32Array.of(0, -8)]);
  expect(await inference.logprobs([7, 8, 9], never)).toEqual(Float32Array.of(0, -8, -9));
  const state = await training.saveState('step-1', never);
  await training.trainStep(step('step-1'), never);
  await training.loadState(state, never);
  await training.close();
  expect(proxy.seen.at(-1)).toBe('models/:id/terminate');
});

test('the reference model keeps its weights over training and a reload', async () => {
  const { training } = connect();
  await training.open(SPEC, never);
  await expect(training.forward([datum(1, 2)], 'reference', never)).rejects.toThrow('no reference');
  await training.freezeReference(never);
  const before = await training.forward([datum(1, 2, 3), datum(4, 5)], 'reference', never);
  const state = await training.saveState('s', never);
  await training.open(SPEC, never);
  await training.loadState(state, never);
  expect(await training.forward([datum(1, 2, 3), datum(4, 5)], 'reference', never)).toEqual(before);
});

test('tokens without a weight are not trained', async () => {
  const { training } = connect();
  await training.open(SPEC, never);
  const trained: Datum = {
    tokens: Int32Array.of(1, 2, 3),
    weights: Float32Array.of(0, 0, 1),
    logprobs: Float32Array.of(0, -2, -3),
    advantages: Float32Array.of(0, 5, 5),
  };
  const loss: LossSpec = { ...IMITATE, kind: 'importance_sampling' };
  const metrics = await training.trainStep(step('a', { batch: [trained], loss }), never);
  expect(metrics).toMatchObject({ tokens: 1, avg_ratio: 1 });
});

test('a loss whose settings are not public is refused before anything is sent', async () => {
  const { training } = connect();
  await training.open(SPEC, never);
  const loss: LossSpec = { ...IMITATE, kind: 'ppo', clipLow: 0.2, clipHigh: 0.2, dualClip: null };
  await expect(training.trainStep(step('a', { loss }), never)).rejects.toThrow(/importance_sampling/);
  expect(proxy.seen).not.toContain(PASSES);
});

const NOT_BEGUN: readonly (readonly [string, readonly Fault[]])[] = [
  [
    'a server that drains',
    [{ kind: 'answer', status: 503, body: '{"error":"server_draining","message":"x"}' }],
  ],
  ['429 with Retry-After', [{ kind: 'answer', status: 429, body: '{}', headers: { 'retry-after': '7' } }]],
];

test.each([PASSES, STEPS].flatMap((path) => NOT_BEGUN.map(([name, faults]) => ({ path, name, faults }))))(
  '$name at $path: the step is taken once, and whole',
  async ({ path, faults }) => {
    const { training } = connect();
    await training.open(SPEC, never);
    proxy.plan(path, ...faults);
    expect(await training.trainStep(step(), never)).toMatchObject({ tokens: 3, grad_norm: 1 });
    expect([callsOf('accumulate'), callsOf('applyGradient')]).toEqual([1, 1]);
    if (faults.some((fault) => 'status' in fault && fault.status === 429)) expect(pauses).toContain(7000);
  },
);

const LOST: readonly (readonly [string, Fault])[] = [
  ['a connection that breaks off', { kind: 'refuse' }],
  ['an answer that is lost', { kind: 'lose-answer' }],
  ['half an answer', { kind: 'half-answer' }],
  ['500', { kind: 'answer', status: 500, body: 'oh' }],
  ['a wrong answer', { kind: 'answer', status: 202, body: '{"x":1}' }],
];

test.each([PASSES, STEPS].flatMap((path) => LOST.map(([name, fault]) => ({ path, name, fault }))))(
  '$name at $path: the run goes back to its checkpoint, and no step is doubled',
  async ({ path, fault }) => {
    const { training } = connect();
    await training.open(SPEC, never);
    const state = await training.saveState('before', never);
    proxy.plan(path, fault);
    const failure = training.trainStep(step(), never);
    await expect(failure).rejects.toMatchObject({ kind: 'gone' });
    await expect(failure).rejects.toThrow(/^Weaver: (forward_backward|optim_step)/);
    // nobody goes on with a model that may have got it
    await expect(training.trainStep(step(), never)).rejects.toMatchObject({ kind: 'gone' });
    await training.open(SPEC, never);
    await training.loadState(state, never);
    host.calls.length = 0;
    await training.trainStep(step(), never);
    expect([callsOf('accumulate'), callsOf('applyGradient')]).toEqual([1, 1]);
  },
);

test.each(['refuse', 'hang', 'lose-answer', 'half-answer'] as const)(
  'a look that meets %s is repeated',
  async (kind) => {
    const { training } = connect();
    await training.open(SPEC, never);
    proxy.plan('operations/:id', { kind }, { kind: 'answer', status: 500, body: 'oh' });
    await training.trainStep(step(), never);
    expect([callsOf('accumulate'), callsOf('applyGradient')]).toEqual([1, 1]);
  },
);

test('the same step again is the same step; one that was cut off while it was waited for is gone on with', async () => {
  const { training } = connect();
  await training.open(SPEC, never);
  const stop = new AbortController();
  const act = (): Promise<void> => {
    stop.abort(new Error('paused'));
    return Promise.resolve();
  };
  proxy.plan('operations/:id', { kind: 'first', act });
  await expect(training.trainStep(step(), stop.signal)).rejects.toThrow('paused');
  const first = await training.trainStep(step(), never);
  expect(await training.trainStep(step(), never)).toEqual(first);
  expect([callsOf('accumulate'), callsOf('applyGradient')]).toEqual([1, 1]);
});

test('what is wrong with a request is said, with service and operation', async () => {
  const { training } = connect();
  await training.open(SPEC, never);
  const wrong = step('wrong', { batch: [datum(1, 9999)] });
  await expect(training.trainStep(wrong, never)).rejects.toThrow(/^Weaver: forward_backward .*9999/);
});

test('a service that starts anew has no model any more', async () => {
  const { training } = connect();
  await training.open(SPEC, never);
  const old = host;
  await old.end();
  host = await startEmbeddedHost({ dataDir: old.dataDir, tinker: { key: 'tml-test' } });
  proxy.pointAt(host.record.port);
  await expect(training.trainStep(step(), never)).rejects.toMatchObject({ kind: 'gone' });
});

test('the key is in no message, and health is told as it is', async () => {
  const { training } = connect({ apiKey: 'sk-very-secret' });
  const failure = await training.open(SPEC, never).catch((error: unknown) => error);
  expect(String(failure)).toContain('WEAVER_API_KEY');
  expect(JSON.stringify([String(failure), host.log])).not.toContain('very-secret');
  expect((await training.health(never)).ok).toBe(false);
  expect((await connect().training.health(never)).ok).toBe(true);
});
