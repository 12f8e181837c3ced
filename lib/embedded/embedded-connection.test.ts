import { afterEach, expect, test } from 'vitest';
import type { Datum, OptimizerSpec } from '@/lib/rl/datum';
import { connectEmbedded, type EmbeddedConnection } from '@/lib/services/embedded/connect-embedded';
import type { GenerateRequest } from '@/lib/services/inference-service';
import type { ModelSpec, TrainStep } from '@/lib/services/training-service';
import type { FakeLearnerCall } from '@/lib/testing/fake-learner';
import { startEmbeddedHost, type EmbeddedHost, type EmbeddedHostOptions } from '@/lib/testing/embedded-host';

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function start(options: EmbeddedHostOptions = {}): Promise<EmbeddedHost> {
  const host = await startEmbeddedHost(options);
  cleanUps.push(() => host.stop());
  return host;
}

const shape = { modelWidth: 16, layers: 1, heads: 2, context: 16 };
const spec: ModelSpec = { baseModel: 'embedded', tuning: { kind: 'full' }, seed: 3 };
const never = new AbortController().signal;

async function open(host: EmbeddedHost, modelName = 'run-1'): Promise<EmbeddedConnection> {
  const connection = connectEmbedded({ ...host.location, modelName, shape, threads: 1, startTimeoutMs: 500 });
  await connection.training.open(spec, never);
  cleanUps.push(() => connection.training.close());
  return connection;
}

const request: GenerateRequest = { prompt: 'ab', maxTokens: 5, temperature: 1, stop: [], seed: 11 };
const optimizer: OptimizerSpec = {
  learningRate: 0.5,
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
  weightDecay: 0,
  gradClip: 1,
};
const datum: Datum = { tokens: Int32Array.of(97, 98, 99), weights: Float32Array.of(0, 1, 1) };
const step = (operationId: string): TrainStep => ({
  operationId,
  batch: [datum],
  loss: { kind: 'cross_entropy', entropyCoefficient: 0, temperature: 1 },
  optimizer,
});

/** A gate that learner calls of a name wait at until it is opened. */
function gateAt(name: string): {
  onCall: (call: FakeLearnerCall) => Promise<void>;
  arrived: Promise<void>;
  open: () => void;
} {
  let arrive: () => void = () => undefined;
  let release: () => void = () => undefined;
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  const gate = new Promise<void>((resolve) => (release = resolve));
  return {
    arrived,
    open: () => release(),
    async onCall(call) {
      if (call.name !== name) return;
      arrive();
      await gate;
    },
  };
}

test('calls made together are one batch for the learner, answered each in its place', async () => {
  const host = await start();
  const { inference } = await open(host);
  const prompts = Array.from({ length: 200 }, (_, index) => `p${index}`);
  const results = await Promise.all(
    prompts.map((prompt, index) => inference.generate({ ...request, prompt, seed: index }, never)),
  );
  expect(host.calls.filter(({ name }) => name === 'sample')).toEqual([{ name: 'sample', size: 200 }]);
  const promptTexts = results.map(({ tokenTexts, promptTokens }) =>
    tokenTexts.slice(0, promptTokens.length).join(''),
  );
  expect(promptTexts).toEqual(prompts);
});

test('a generation has tokens, probabilities and texts that fit each other, and does not depend on its batch', async () => {
  const host = await start();
  const { inference } = await open(host);
  const alone = await inference.generate(request, never);
  const [, among] = await Promise.all(
    [{ ...request, prompt: 'zz' }, request].map((each) => inference.generate(each, never)),
  );
  expect(among).toEqual(alone);
  expect(alone.promptTokens).toEqual([97, 98]);
  expect(alone.logprobs).toHaveLength(alone.tokens.length);
  expect(alone.tokenTexts).toHaveLength(2 + alone.tokens.length);
  expect(alone.tokenTexts.slice(2).join('').replace('<end>', '')).toBe(alone.text);
});

test('a prompt longer than the context fails alone, with what to do', async () => {
  const { inference } = await open(await start());
  const [good, bad] = await Promise.allSettled(
    [request, { ...request, prompt: 'x'.repeat(16) }].map((each) => inference.generate(each, never)),
  );
  expect(good?.status).toBe('fulfilled');
  expect(bad).toMatchObject({ status: 'rejected', reason: { kind: 'rejected', retryable: false } });
  expect(bad).toHaveProperty('reason.message', expect.stringMatching(/16 tokens.*context/));
});

test('texts are encoded as the model sees them, the end token on demand', async () => {
  const { inference } = await open(await start());
  expect(await inference.encode(['ab', 'é'], { appendEnd: false }, never)).toEqual([
    [97, 98],
    [195, 169],
  ]);
  expect(await inference.encode(['a'], { appendEnd: true }, never)).toEqual([[97, 257]]);
});

test('a training step with a known id is not taken twice: the first answer comes again, while it runs and afterwards', async () => {
  const gate = gateAt('trainStep');
  const host = await start({ onCall: gate.onCall });
  const { training } = await open(host);
  const twins = [training.trainStep(step('s1'), never), training.trainStep(step('s1'), never)];
  await gate.arrived;
  gate.open();
  const [first, second] = await Promise.all(twins);
  expect(second).toEqual(first);
  expect(await training.trainStep(step('s1'), never)).toEqual(first);
  expect(host.calls.filter(({ name }) => name === 'trainStep')).toHaveLength(1);
  expect(await training.trainStep(step('s2'), never)).toMatchObject({ steps: 2, loss: 4 });
});

test('sampling uses the published weights, and every publication has the next version', async () => {
  const { inference, training } = await open(await start());
  const before = await inference.generate(request, never);
  await training.trainStep(step('s1'), never);
  expect(await inference.generate(request, never)).toEqual(before);
  const ref = await training.publishWeights('step-1', never);
  expect(ref.version).toBe(before.weightVersion + 1);
  await inference.loadWeights(ref, never);
  const after = await inference.generate(request, never);
  expect(after.weightVersion).toBe(ref.version);
  expect(after.tokens).not.toEqual(before.tokens);
  expect((await training.publishWeights('step-1', never)).version).toBe(ref.version + 1);
});

test('logprobs of the sampler are refused while its weights are not the trained ones', async () => {
  const { inference, training } = await open(await start());
  expect([...(await inference.logprobs([1, 2, 3], never))]).toEqual([0, -2, -3]);
  await training.trainStep(step('s1'), never);
  await expect(inference.logprobs([1, 2, 3], never)).rejects.toThrow(/publish them first/);
  expect(await training.forward([datum], 'policy', never)).toEqual([Float32Array.of(0, -98, -99)]);
  await expect(training.forward([datum], 'reference', never)).rejects.toThrow(/no reference/);
  await training.freezeReference(never);
  expect(await training.forward([datum], 'reference', never)).toEqual([Float32Array.of(0, -98, -99)]);
});

test('a saved state brings back weights, optimizer and weight version, and the same steps count again after it', async () => {
  const { inference, training } = await open(await start());
  await training.trainStep(step('s1'), never);
  await training.publishWeights('step-1', never);
  const saved = await inference.generate(request, never);
  const state = await training.saveState('step-1', never);
  const second = await training.trainStep(step('s2'), never);
  await training.publishWeights('step-2', never);
  await training.loadState(state, never);
  expect(await inference.generate(request, never)).toEqual(saved);
  expect(await training.trainStep(step('s2'), never)).toEqual(second);
});

test('two models take turns: a short call of one does not wait for all of the other’s', async () => {
  const gate = gateAt('trainStep');
  const host = await start({ onCall: gate.onCall, threads: 1000 });
  const [busy, other] = [await open(host, 'run-1'), await open(host, 'run-2')];
  const steps = ['s1', 's2', 's3'].map((id) => busy.training.trainStep(step(id), never));
  await gate.arrived;
  const short = other.inference.generate(request, never);
  await expect.poll(() => queuedOf(host, 'run-2')).toBe(1);
  await expect.poll(() => queuedOf(host, 'run-1')).toBe(3);
  gate.open();
  await Promise.all([...steps, short]);
  expect(host.calls.map(({ name }) => name)).toEqual(['trainStep', 'sample', 'trainStep', 'trainStep']);
});

async function queuedOf(host: EmbeddedHost, name: string): Promise<number | undefined> {
  const response = await fetch(`http://127.0.0.1:${host.record.port}/native/v1/health`, {
    headers: { authorization: `Bearer ${host.record.token}` },
  });
  const health: unknown = await response.json();
  const text = JSON.stringify(health);
  return Number(new RegExp(`"name":"${name}","queued":(\\d+)`).exec(text)?.[1]);
}

test('an aborted call rejects at once with the reason; what nobody waits for any more is not computed', async () => {
  const gate = gateAt('trainStep');
  const host = await start({ onCall: gate.onCall });
  const { inference, training } = await open(host);
  const training1 = training.trainStep(step('s1'), never);
  await gate.arrived;
  const stop = new AbortController();
  const waiting = inference.generate(request, stop.signal);
  await expect.poll(() => queuedOf(host, 'run-1')).toBe(2);
  stop.abort(new Error('the run stops'));
  await expect(waiting).rejects.toThrow('the run stops');
  await expect.poll(() => queuedOf(host, 'run-1')).toBe(1);
  gate.open();
  await training1;
  expect(host.calls.map(({ name }) => name)).toEqual(['trainStep']);
});

test('opening a model again gives fresh weights and cuts off who held it before', async () => {
  const host = await start();
  const first = await open(host);
  await first.training.trainStep(step('s1'), never);
  const second = await open(host);
  await expect(first.training.trainStep(step('s2'), never)).rejects.toMatchObject({ kind: 'gone' });
  expect(await second.training.trainStep(step('s1'), never)).toMatchObject({ steps: 1 });
  expect(host.calls.some(({ name }) => name === 'close')).toBe(true);
});

test('the model of a silent client is dropped after its lease, that of one who calls is kept', async () => {
  const host = await start({ leaseMs: 120_000 });
  const [silent, lively] = [await open(host, 'run-1'), await open(host, 'run-2')];
  host.setTime(119_000);
  await lively.inference.generate(request, never);
  host.setTime(121_000);
  await expect.poll(() => host.log.join('\n')).toContain('no call for 121 s');
  await expect(silent.inference.generate(request, never)).rejects.toMatchObject({ kind: 'gone' });
  await lively.inference.generate(request, never);
});

test('a computing model is not dropped, however long it takes', async () => {
  const gate = gateAt('trainStep');
  const host = await start({ onCall: gate.onCall, leaseMs: 120_000, checkEveryMs: 1 });
  const [busy, other] = [await open(host, 'run-1'), await open(host, 'run-2')];
  const computing = busy.training.trainStep(step('s1'), never);
  await gate.arrived;
  host.setTime(1_000_000);
  await expect.poll(() => host.log.join('\n')).toContain('run-2');
  await expect.poll(() => host.log.filter((line) => line.includes('no call for')).length).toBe(1);
  gate.open();
  expect(await computing).toMatchObject({ steps: 1 });
  await expect(other.inference.generate(request, never)).rejects.toMatchObject({ kind: 'gone' });
});

test('a learner that breaks takes its model with it and no other', async () => {
  const host = await start({
    onCall: ({ name, size }) => {
      if (name === 'trainStep' && size === 2) throw new Error('memory access out of bounds');
      if (name === 'trainStep' && size === 3) throw new RangeError('The gradient is not finite');
    },
  });
  const [broken, other] = [await open(host, 'run-1'), await open(host, 'run-2')];
  const refused = broken.training.trainStep({ ...step('s0'), batch: [datum, datum, datum] }, never);
  await expect(refused).rejects.toMatchObject({ kind: 'rejected', retryable: false });
  const failing = broken.training.trainStep({ ...step('s1'), batch: [datum, datum] }, never);
  await expect(failing).rejects.toMatchObject({ kind: 'gone' });
  await expect(failing).rejects.toThrow(/memory access out of bounds/);
  await expect(broken.inference.generate(request, never)).rejects.toMatchObject({ kind: 'gone' });
  await other.inference.generate(request, never);
});

test('a service that ends in the middle of a call is gone for everybody who waits', async () => {
  const gate = gateAt('trainStep');
  const host = await start({ onCall: gate.onCall });
  const { inference, training } = await open(host);
  const calls = [training.trainStep(step('s1'), never), inference.generate(request, never)];
  const outcomes = Promise.allSettled(calls);
  await gate.arrived;
  await expect.poll(() => queuedOf(host, 'run-1')).toBe(2);
  await host.stop();
  gate.open();
  expect(await outcomes).toMatchObject([
    { status: 'rejected', reason: { kind: 'gone', retryable: false } },
    { status: 'rejected', reason: { kind: 'gone', retryable: false } },
  ]);
});

test('calls before open and after close say that the model is not open', async () => {
  const host = await start();
  const connection = connectEmbedded({ ...host.location, modelName: 'run-1', shape, threads: 1 });
  await expect(connection.inference.generate(request, never)).rejects.toThrow(/not open/);
  await connection.training.open(spec, never);
  expect(await connection.inference.health(never)).toMatchObject({ ok: true, model: 'run-1' });
  await connection.inference.close();
  await connection.training.close();
  await expect(connection.inference.generate(request, never)).rejects.toThrow(/not open/);
  expect(await connection.inference.health(never)).toMatchObject({ ok: false });
});

test('LoRA is refused, since the embedded learner trains all weights', async () => {
  const host = await start();
  const connection = connectEmbedded({ ...host.location, modelName: 'run-1', shape, threads: 1 });
  const lora: ModelSpec = { ...spec, tuning: { kind: 'lora', rank: 8 } };
  await expect(connection.training.open(lora, never)).rejects.toMatchObject({ kind: 'rejected' });
});
