import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import type { Datum, LossSpec } from '@/lib/rl/datum';
import { byteTokenizer } from '@/lib/tokenizers/byte-tokenizer';
import { type EmbeddedHost, startEmbeddedHost } from '@/lib/testing/embedded-host';
import { type Fault, type FaultyProxy, startFaultyProxy } from '@/lib/testing/faulty-proxy';
import { ServiceError } from '../service-error';
import type { TrainStep } from '../training-service';
import { connectTinker } from './connect-tinker';

// The client against the embedded service's Tinker API, with a proxy between them that does what networks do.

const never = new AbortController().signal;
const SPEC = { baseModel: 'galley/embedded-tiny', tuning: { kind: 'full' }, seed: 1 } as const;
const IMITATE: LossSpec = { kind: 'cross_entropy', entropyCoefficient: 0, temperature: 1 };
const OPTIMIZER = { learningRate: 0.5, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0, gradClip: 0 };

let host: EmbeddedHost;
let proxy: FaultyProxy;
const messages: string[] = [];
const pauses: number[] = [];

beforeEach(async () => {
  messages.length = 0;
  pauses.length = 0;
  host = await startEmbeddedHost({ tinker: { key: 'tml-test', pollMs: 2_000, gapMs: 5_000 } });
  proxy = await startFaultyProxy(host.record.port);
});
afterEach(async () => {
  await proxy.close();
  await host.stop();
});

function connect({ apiKey = 'tml-test', timeoutMs = 500, pollTimeoutMs = 3_000 } = {}) {
  let time = 0;
  return connectTinker({
    baseUrl: proxy.baseUrl,
    apiKey,
    baseModel: SPEC.baseModel,
    rank: 8,
    loadTokenizer: () => Promise.resolve(byteTokenizer),
    timeoutMs,
    pollTimeoutMs,
    maxSilenceMs: 60_000,
    // every look at the clock takes a second, no pause takes any time
    now: () => (time += 1_000),
    sleep: (ms) => {
      pauses.push(ms);
      return Promise.resolve();
    },
    onMessage: (message) => messages.push(message),
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

const Listed = z.object({
  checkpoints: z.array(z.object({ tinker_path: z.string(), expires_at: z.string().nullable() })),
});

const callsOf = (name: string): number => host.calls.filter((call) => call.name === name).length;

test('a model is opened, trained, published, sampled from, saved and loaded', async () => {
  const { training, inference } = connect();
  await training.open(SPEC, never);
  expect(messages.join()).toContain('It trains all of its weights');
  const metrics = await training.trainStep(step(), never);
  expect(metrics).toMatchObject({ lr: 0.5, tokens: 3, grad_norm: 1 });
  const ref = await training.publishWeights('version-1', never);
  expect(ref.version).toBe(1);
  expect(ref.path).toContain('/sampler_weights/version-1-');
  await inference.loadWeights(ref, never);
  const request = { prompt: 'hi', maxTokens: 4, temperature: 1, stop: [], seed: 5 };
  const generation = await inference.generate(request, never);
  expect(generation.promptTokens).toEqual([104, 105]);
  expect(generation.tokens.length).toBe(generation.logprobs.length);
  expect(generation.weightVersion).toBe(1);
  expect(await inference.generate(request, never)).toEqual(generation);
  expect(await training.forward([datum(7, 8)], 'policy', never)).toEqual([Float32Array.of(0, -8)]);
  expect(await inference.logprobs([7, 8, 9], never)).toEqual(Float32Array.of(0, -8, -9));
  const state = await training.saveState('step-1', never);
  await training.trainStep(step('step-1'), never);
  await training.loadState(state, never);
  await training.close();
  expect(proxy.seen.at(-1)).toBe('retrieve_future');
  expect(proxy.seen).toContain('unload_model');
});

test('the reference model keeps its weights over training and a reload', async () => {
  const { training } = connect();
  await training.open(SPEC, never);
  await expect(training.forward([datum(1, 2)], 'reference', never)).rejects.toThrow('no reference');
  await training.freezeReference(never);
  const before = await training.forward([datum(1, 2, 3), datum(4, 5)], 'reference', never);
  expect(before.map((row) => row.length)).toEqual([3, 2]);
  const state = await training.saveState('s', never);
  await training.open(SPEC, never);
  await training.loadState(state, never);
  expect(await training.forward([datum(1, 2, 3), datum(4, 5)], 'reference', never)).toEqual(before);
});

test('many samples at once are all answered', async () => {
  // they wait for each other's connections: no time limit of theirs is what this is about
  const { training, inference } = connect({ timeoutMs: 60_000, pollTimeoutMs: 60_000 });
  await training.open(SPEC, never);
  await inference.loadWeights(await training.publishWeights('v', never), never);
  const asked = Array.from({ length: 100 }, (_, seed) =>
    inference.generate({ prompt: 'a', maxTokens: 2, temperature: 1, stop: [], seed }, never),
  );
  expect(new Set((await Promise.all(asked)).map(({ text }) => text)).size).toBeGreaterThan(10);
});

const HARMLESS: readonly (readonly [string, readonly Fault[]])[] = [
  ['a refused connection', [{ kind: 'refuse' }, { kind: 'refuse' }]],
  ['a request that hangs', [{ kind: 'hang' }]],
  ['an answer that is lost', [{ kind: 'lose-answer' }]],
  ['half an answer', [{ kind: 'half-answer' }]],
  ['a request that arrives twice', [{ kind: 'twice' }]],
  ['a burst of 500', Array.from({ length: 4 }, () => ({ kind: 'answer', status: 500, body: 'oh' }) as const)],
  ['429 with Retry-After', [{ kind: 'answer', status: 429, body: '{}', headers: { 'retry-after': '7' } }]],
  ['a pause for billing', [{ kind: 'answer', status: 402, body: '{"detail":"pay"}' }]],
];
const PATHS = ['forward_backward', 'optim_step', 'retrieve_future'];

test.each(PATHS.flatMap((path) => HARMLESS.map(([name, faults]) => ({ path, name, faults }))))(
  '$name at $path: the step is taken once, and whole',
  async ({ path, faults }) => {
    const { training } = connect();
    await training.open(SPEC, never);
    proxy.plan(path, ...faults);
    expect(await training.trainStep(step(), never)).toMatchObject({ tokens: 3, grad_norm: 1 });
    expect([callsOf('accumulate'), callsOf('applyGradient')]).toEqual([1, 1]);
    expect(host.calls.filter(({ name }) => name === 'applyGradient')).toEqual([
      { name: 'applyGradient', size: 2 },
    ]);
    if (faults.some((fault) => fault.kind === 'answer' && fault.status === 429))
      expect(pauses).toContain(7000);
  },
);

test.each([
  ['408', { kind: 'answer', status: 408, body: '{"queue_state":"active"}' }],
  [
    'try_again',
    {
      kind: 'answer',
      status: 200,
      body: '{"type":"try_again","request_id":"x","queue_state":"paused_capacity"}',
    },
  ],
  [
    'metadata alone',
    { kind: 'answer', status: 200, body: '{"status":"complete_metadata","response_payload_size":9}' },
  ],
  ['410', { kind: 'answer', status: 410, body: '{"detail":"expired"}' }],
] as const)('a poll that is answered with %s goes on', async (_, fault) => {
  const { training } = connect();
  await training.open(SPEC, never);
  proxy.plan('retrieve_future', fault, fault);
  await training.trainStep(step(), never);
  expect([callsOf('accumulate'), callsOf('applyGradient')]).toEqual([1, 1]);
});

test('the same step again is the same step', async () => {
  const { training } = connect();
  await training.open(SPEC, never);
  const first = await training.trainStep(step(), never);
  expect(await training.trainStep(step(), never)).toEqual(first);
  expect(callsOf('applyGradient')).toBe(1);
  await training.trainStep(step('step-1'), never);
  expect(callsOf('applyGradient')).toBe(2);
});

test('a step that was cut off is gone on with, not begun anew', async () => {
  const { training } = connect();
  await training.open(SPEC, never);
  const stop = new AbortController();
  proxy.plan('optim_step', {
    kind: 'first',
    act: () => {
      stop.abort(new Error('paused'));
      return Promise.resolve();
    },
  });
  await expect(training.trainStep(step(), stop.signal)).rejects.toThrow('paused');
  expect(await training.trainStep(step(), never)).toMatchObject({ tokens: 3 });
  expect([callsOf('accumulate'), callsOf('applyGradient')]).toEqual([1, 1]);
});

test('a service that starts anew between the passes and the step loses no step and doubles none', async () => {
  const { training } = connect();
  await training.open(SPEC, never);
  const state = await training.saveState('before', never);
  const old = host;
  proxy.plan('optim_step', {
    kind: 'first',
    act: async () => {
      await old.end();
      host = await startEmbeddedHost({ dataDir: old.dataDir, tinker: { key: 'tml-test' } });
      proxy.pointAt(host.record.port);
    },
  });
  const failure = await training.trainStep(step(), never).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ServiceError);
  expect(failure).toMatchObject({ kind: 'gone' });
  expect(callsOf('applyGradient')).toBe(0);
  await training.open(SPEC, never);
  await training.loadState(state, never);
  await training.trainStep(step(), never);
  expect([callsOf('accumulate'), callsOf('applyGradient')]).toEqual([1, 1]);
});

test('what is wrong with a request is said, with service, operation and status, and the next one works', async () => {
  const { training } = connect();
  await training.open(SPEC, never);
  const wrong = step('wrong', { batch: [datum(1, 9999)] });
  await expect(training.trainStep(wrong, never)).rejects.toThrow(/Tinker: (ForwardBackward|OptimStep)/);
  await training.open(SPEC, never);
  expect(await training.trainStep(step('right'), never)).toMatchObject({ tokens: 3 });
});

test('a submit that is refused leaves its number to the next', async () => {
  const { training } = connect();
  await training.open(SPEC, never);
  proxy.plan('forward_backward', { kind: 'answer', status: 422, body: '{"detail":"no such loss"}' });
  await expect(training.trainStep(step('a'), never)).rejects.toThrow(
    /Tinker: ForwardBackward was refused \(HTTP 422\): no such loss/,
  );
  await training.trainStep(step('b'), never);
  expect(callsOf('applyGradient')).toBe(1);
});

test('a request that never got through keeps its number, and the next goes behind it', async () => {
  const { training } = connect();
  await training.open(SPEC, never);
  const lost = Array.from({ length: 10 }, () => ({ kind: 'refuse' }) as const);
  proxy.plan('save_weights_for_sampler', ...lost);
  await expect(training.publishWeights('v', never)).rejects.toMatchObject({ kind: 'refused' });
  expect(await training.trainStep(step(), never)).toMatchObject({ tokens: 3 });
  expect([callsOf('accumulate'), callsOf('applyGradient')]).toEqual([1, 1]);
});

test.each(['forward_backward', 'optim_step'])(
  'a long burst of 503 at %s may be waited for: the step goes on',
  async (path) => {
    const { training } = connect();
    await training.open(SPEC, never);
    // the service has the first; it is not known to
    const busy = Array.from({ length: 9 }, () => ({ kind: 'answer', status: 503, body: 'busy' }) as const);
    proxy.plan(path, { kind: 'lose-answer' }, ...busy);
    const failure = await training.trainStep(step(), never).catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'rejected', retryable: true });
    expect(await training.trainStep(step(), never)).toMatchObject({ tokens: 3, grad_norm: 1 });
    expect([callsOf('accumulate'), callsOf('applyGradient')]).toEqual([1, 1]);
  },
);

test('a pass that leaves a sequence out is refused, not misread', async () => {
  const { training } = connect();
  await training.open(SPEC, never);
  const output = { logprobs: { data: [-1, -2], dtype: 'float32', shape: [2] } };
  const answer = (...outputs: readonly unknown[]): Fault => ({
    kind: 'answer',
    status: 200,
    body: JSON.stringify({ loss_fn_output_type: 'x', loss_fn_outputs: outputs, metrics: {} }),
  });
  const forward = (): Promise<unknown> => training.forward([datum(1, 2, 3), datum(4, 5)], 'policy', never);
  proxy.plan('retrieve_future', answer(output));
  await expect(forward()).rejects.toThrow('log-probabilities of 1 sequences, not of 2');
  proxy.plan('retrieve_future', answer(output, output));
  await expect(forward()).rejects.toThrow('sequence 1 has 2 log-probabilities, not 1');
});

test('a service that never gives more than metadata is given up', async () => {
  const { training } = connect();
  await training.open(SPEC, never);
  const body = '{"status":"complete_metadata","response_payload_size":9}';
  proxy.plan(
    'retrieve_future',
    ...Array.from({ length: 90 }, () => ({ kind: 'answer', status: 200, body }) as const),
  );
  await expect(training.publishWeights('v', never)).rejects.toMatchObject({ kind: 'timeout' });
});

test.each([503, 402])('health is asked once and told as it is: %i', async (status) => {
  const { training } = connect();
  proxy.plan('healthz', { kind: 'answer', status, body: '{"detail":"later"}' });
  const health = await training.health(never);
  expect(health.ok).toBe(false);
  expect(health.detail).toContain(`HTTP ${status}`);
  expect(proxy.seen).toEqual(['healthz']);
});

test('the weights of the reference do not expire, those that are sampled from do', async () => {
  const { training } = connect();
  await training.open(SPEC, never);
  await training.freezeReference(never);
  await training.publishWeights('v', never);
  const response = await fetch(`${proxy.baseUrl}/api/v1/checkpoints`, {
    headers: { 'x-api-key': 'tml-test' },
  });
  const { checkpoints } = Listed.parse(await response.json());
  const expiring = checkpoints.filter(({ expires_at }) => expires_at !== null);
  expect(checkpoints).toHaveLength(2);
  expect(expiring.map(({ tinker_path }) => tinker_path)).toEqual([expect.stringContaining('/v-')]);
});

test('a model that is opened anew takes the place of the one before', async () => {
  const { training } = connect();
  await training.open(SPEC, never);
  await training.open(SPEC, never);
  expect(callsOf('close')).toBe(1);
});

test.each([
  { name: 'a session that expired', status: 404, kind: 'gone' },
  { name: 'a wrong key', status: 401, kind: 'rejected' },
  { name: 'a wrong answer', status: 200, kind: 'protocol' },
])('$name is told as what it is', async ({ status, kind }) => {
  const { training, inference } = connect();
  await training.open(SPEC, never);
  const ref = await training.publishWeights('v', never);
  const body = '{"error":"no","category":"user"}';
  proxy.plan('create_sampling_session', { kind: 'answer', status, body });
  const failure = await inference.loadWeights(ref, never).catch((error: unknown) => error);
  expect(failure).toMatchObject({ kind });
  expect(String(failure)).toContain('Tinker: create_sampling_session');
});

test('silence has an end, and the message counts the attempts', async () => {
  const { training } = connect();
  await training.open(SPEC, never);
  proxy.plan(
    'retrieve_future',
    ...Array.from({ length: 90 }, () => ({ kind: 'answer', status: 503, body: 'down' }) as const),
  );
  const failure = await training.publishWeights('v', never).catch((error: unknown) => error);
  expect(failure).toMatchObject({ kind: 'timeout', retryable: true });
  expect(String(failure)).toMatch(
    /Tinker: the result of SaveWeightsForSampler did not come: .*\(attempt \d+\): HTTP 503/,
  );
});

test('the key is in no message', async () => {
  const { training } = connect({ apiKey: 'tml-very-secret' });
  const failure = await training.open(SPEC, never).catch((error: unknown) => error);
  expect(String(failure)).toContain('HTTP 401');
  expect(JSON.stringify([String(failure), messages, host.log])).not.toContain('very-secret');
});

test('an aborted call rejects with its own reason', async () => {
  const { training } = connect();
  await training.open(SPEC, never);
  const stop = new AbortController();
  const asked = training.publishWeights('v', stop.signal);
  stop.abort(new Error('stopped'));
  await expect(asked).rejects.toThrow('stopped');
});
