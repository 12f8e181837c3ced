import { afterEach, expect, test } from 'vitest';
import type { Datum, LossSpec, OptimizerSpec } from '@/lib/rl/datum';
import { createLearner } from './create-learner';
import type { Learner, ModelShape, SampleRequest } from './learner';
import { uniform } from './random';
import { END_TOKEN } from '@/lib/tokenizers/byte-vocabulary';

const SHAPE: ModelShape = { modelWidth: 32, layers: 2, heads: 2, context: 24 };
const OPTIMIZER: OptimizerSpec = {
  learningRate: 1e-3,
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 1e-8,
  weightDecay: 0.01,
  gradClip: 1,
};
const IMITATE: LossSpec = { kind: 'cross_entropy', entropyCoefficient: 0, temperature: 1 };
const PPO: LossSpec = {
  kind: 'ppo',
  clipLow: 0.2,
  clipHigh: 0.28,
  dualClip: 3,
  entropyCoefficient: 0.01,
  temperature: 1,
};

const open: Learner[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((learner) => learner.close()));
});

async function start(threads = 2, seed = 7): Promise<Learner> {
  const learner = await createLearner({ shape: SHAPE, seed, threads });
  open.push(learner);
  return learner;
}

const request = (index: number, over: Partial<SampleRequest> = {}): SampleRequest => ({
  prompt: Array.from({ length: 1 + (index % 5) }, (_, at) => 40 + ((index * 7 + at) % 60)),
  maxTokens: 2 + (index % 9),
  temperature: 1,
  stopTokens: [END_TOKEN],
  seed: 1000 + index,
  ...over,
});

const requests = (count: number): SampleRequest[] =>
  Array.from({ length: count }, (_, index) => request(index));

/** Ragged sequences with fractions of both advantage signs. */
function datums(count: number): Datum[] {
  return Array.from({ length: count }, (_, index) => {
    const length = 3 + ((index * 5) % 20);
    const draw = (at: number): number => uniform(index, at);
    return {
      tokens: Int32Array.from({ length }, (_unused, at) => Math.floor(draw(at) * 259)),
      weights: Float32Array.from({ length }, (_unused, at) => (at > length / 3 ? 1 : 0)),
      logprobs: Float32Array.from({ length }, () => -5.5),
      advantages: Float32Array.from({ length }, (_unused, at) => draw(100 + at) - 0.5),
    };
  });
}

test('samples, metrics and weights are the same bits with one, two and three threads', async () => {
  const outcomes = [];
  for (const threads of [1, 2, 3]) {
    const learner = await start(threads);
    const before = await learner.sample(requests(70));
    const metrics = [
      await learner.trainStep(datums(33), IMITATE, OPTIMIZER),
      await learner.trainStep(datums(17), PPO, OPTIMIZER),
    ];
    await learner.publish();
    const after = await learner.sample(requests(70));
    outcomes.push({ before, metrics, after, state: Buffer.from(await learner.save()).toString('base64') });
  }
  expect(outcomes[1]).toEqual(outcomes[0]);
  expect(outcomes[2]).toEqual(outcomes[0]);
  expect(outcomes[0]?.after).not.toEqual(outcomes[0]?.before);
});

test('a completion depends on weights, prompt and seed, not on what else is in the batch', async () => {
  const learner = await start();
  const together = await learner.sample(requests(150));
  const alone = await learner.sample([request(77)]);
  expect(alone[0]).toEqual(together[77]);
  const other = await learner.sample([request(77, { seed: 5, maxTokens: 20 })]);
  expect(other[0]?.tokens).not.toEqual(alone[0]?.tokens);
});

test('the sampler’s logprobs are those of the training forward pass, bit for bit', async () => {
  const learner = await start();
  for (const temperature of [1, 0.7]) {
    const asked = requests(60).map((each) => ({ ...each, temperature }));
    const samples = await learner.sample(asked);
    const batch = samples.map((sample, index) => sequence(asked[index]?.prompt ?? [], sample.tokens));
    const logprobs = await learner.forward(batch, temperature, 'training');
    for (const [index, sample] of samples.entries()) {
      const start = asked[index]?.prompt.length ?? 0;
      expect(logprobs[index]?.subarray(start)).toEqual(sample.logprobs);
      expect(logprobs[index]?.[0]).toBe(0);
    }
  }
});

function sequence(prompt: readonly number[], completion: Int32Array): Datum {
  const tokens = Int32Array.from([...prompt, ...completion]);
  return { tokens, weights: new Float32Array(tokens.length).fill(1, prompt.length) };
}

test('temperature 0 takes the likeliest token whatever the seed', async () => {
  const learner = await start();
  const greedy = (seed: number) => request(3, { temperature: 0, seed, maxTokens: 12 });
  const [first, second] = await learner.sample([greedy(1), greedy(2)]);
  expect(first).toEqual(second);
  const [drawn] = await learner.sample([request(3, { temperature: 1e-3, maxTokens: 12 })]);
  expect(drawn?.tokens).toEqual(first?.tokens);
});

test('a completion ends at a stop token, at its limit, or where the context ends', async () => {
  const learner = await start();
  const prompt = Array.from({ length: 20 }, (_, index) => 60 + index);
  const [long] = await learner.sample([request(0, { prompt, maxTokens: 1000, stopTokens: [] })]);
  expect(long).toMatchObject({ stopReason: 'length' });
  expect(long?.tokens).toHaveLength(5);
  const stop = long?.tokens[2] ?? -1;
  const [short] = await learner.sample([request(0, { prompt, maxTokens: 1000, stopTokens: [stop] })]);
  expect(short?.stopReason).toBe('stop');
  expect(short?.tokens).toEqual(long?.tokens.subarray(0, long.tokens.indexOf(stop) + 1));
});

test('training changes what is sampled only after publish', async () => {
  const learner = await start();
  const before = await learner.sample(requests(20));
  await learner.trainStep(datums(8), IMITATE, { ...OPTIMIZER, learningRate: 0.05 });
  expect(await learner.sample(requests(20))).toEqual(before);
  await learner.publish();
  expect(await learner.sample(requests(20))).not.toEqual(before);
});

test('a saved learner continues exactly where it was saved', async () => {
  const original = await start();
  await original.trainStep(datums(9), IMITATE, OPTIMIZER);
  const state = await original.save();
  const copy = await start(1, 99);
  await copy.load(state);
  const next = [
    await original.trainStep(datums(12), PPO, OPTIMIZER),
    await copy.trainStep(datums(12), PPO, OPTIMIZER),
  ];
  expect(next[1]).toEqual(next[0]);
  expect(Buffer.compare(await copy.save(), await original.save())).toBe(0);
});

test('a state of another shape is refused and changes nothing', async () => {
  const learner = await start();
  const other = await createLearner({ shape: { ...SHAPE, layers: 1 }, seed: 1, threads: 1 });
  open.push(other);
  const before = await learner.save();
  await expect(learner.load(await other.save())).rejects.toThrow(/layers 1/);
  await expect(learner.load(before.subarray(0, 5000))).rejects.toThrow(/damaged/);
  expect(Buffer.compare(await learner.save(), before)).toBe(0);
});

test('imitation makes the imitated sequence likely', async () => {
  const learner = await start();
  const target = sequence([65, 66], Int32Array.of(67, 68, 69, END_TOKEN));
  let first = Infinity;
  let last = Infinity;
  for (let step = 0; step < 60; step += 1) {
    const { loss = NaN } = await learner.trainStep([target], IMITATE, { ...OPTIMIZER, learningRate: 0.01 });
    if (step === 0) first = loss;
    last = loss;
  }
  expect(first).toBeGreaterThan(4);
  expect(last).toBeLessThan(0.1);
  await learner.publish();
  const [sample] = await learner.sample([request(0, { prompt: [65, 66], maxTokens: 10, temperature: 0 })]);
  expect(sample).toMatchObject({ tokens: Int32Array.of(67, 68, 69, END_TOKEN), stopReason: 'stop' });
});

test('the gradient norm is bounded before the update, and reported as it was', async () => {
  const free = await start();
  const clipped = await start();
  const unbounded = { ...OPTIMIZER, gradClip: 0 };
  const a = await free.trainStep(datums(5), IMITATE, unbounded);
  const b = await clipped.trainStep(datums(5), IMITATE, { ...OPTIMIZER, gradClip: 1e-9, epsilon: 1e-3 });
  expect(b['grad_norm']).toBe(a['grad_norm']);
  const [moved] = await clipped.forward(datums(1), 1, 'training');
  const [fresh] = await (await start()).forward(datums(1), 1, 'training');
  for (const [index, value] of (moved ?? []).entries()) expect(value).toBeCloseTo(fresh?.[index] ?? NaN, 3);
});

test('the reference model stays what it was when frozen, over training, saving and loading', async () => {
  const learner = await start();
  const batch = datums(4);
  await expect(learner.forward(batch, 1, 'reference')).rejects.toThrow(/freeze one first/);
  const before = await learner.forward(batch, 1, 'training');
  await learner.freezeReference();
  await learner.trainStep(batch, IMITATE, OPTIMIZER);
  const after = await learner.forward(batch, 1, 'training');
  expect(after).not.toEqual(before);
  expect(await learner.forward(batch, 1, 'reference')).toEqual(before);
  expect(await learner.forward(batch, 1, 'training')).toEqual(after);
  const resumed = await start();
  await resumed.load(await learner.save());
  expect(await resumed.forward(batch, 1, 'reference')).toEqual(before);
  const twin = await resumed.trainStep(batch, IMITATE, OPTIMIZER);
  expect(twin).toEqual(await learner.trainStep(batch, IMITATE, OPTIMIZER));
  await resumed.load(await (await start()).save());
  await expect(resumed.forward(batch, 1, 'reference')).rejects.toThrow(/freeze one first/);
});

test('what the kernels could not take is refused with its reason', async () => {
  const learner = await start();
  await expect(learner.sample([request(0, { prompt: [] })])).rejects.toThrow(/at least one token/);
  await expect(learner.sample([request(0, { prompt: [999] })])).rejects.toThrow(/Token 999/);
  await expect(learner.sample([request(0, { prompt: Array<number>(25).fill(65) })])).rejects.toThrow(
    /context holds 24/,
  );
  const long = sequence([65], new Int32Array(40));
  await expect(learner.trainStep([long], IMITATE, OPTIMIZER)).rejects.toThrow(/context holds 25/);
  await expect(createLearner({ shape: { ...SHAPE, heads: 3 }, seed: 1 })).rejects.toThrow(/multiple of 8/);
});

test.each([
  { modelWidth: 8, layers: 1, heads: 1, context: 8 },
  { modelWidth: 64, layers: 2, heads: 4, context: 64 },
  { modelWidth: 16, layers: 5, heads: 2, context: 320 },
])('a model of width $modelWidth has room for full batches of long and of short sequences', async (shape) => {
  const learner = await createLearner({ shape, seed: 1, threads: 1 });
  open.push(learner);
  const samples = await learner.sample(
    Array.from({ length: 70 }, (_, index) =>
      request(index, { prompt: [65], maxTokens: 1000, stopTokens: [] }),
    ),
  );
  expect(new Set(samples.map(({ tokens }) => tokens.length))).toEqual(new Set([shape.context]));
  const long = samples.slice(0, 9).map(({ tokens }) => sequence([65], tokens));
  const short = Array.from({ length: 1100 }, (_, index) => sequence([65], Int32Array.of(index % 250)));
  const metrics = await learner.trainStep([...long, ...short], IMITATE, OPTIMIZER);
  expect(metrics['tokens']).toBe(9 * shape.context + 1100);
});

test('calls run in the order in which they were made', async () => {
  const learner = await start();
  const twin = await start();
  const [, , atOnce] = await Promise.all([
    learner.trainStep(datums(4), IMITATE, OPTIMIZER),
    learner.publish(),
    learner.sample(requests(10)),
  ]);
  await twin.trainStep(datums(4), IMITATE, OPTIMIZER);
  await twin.publish();
  expect(atOnce).toEqual(await twin.sample(requests(10)));
});

const SUM: LossSpec = { ...PPO, normalizer: 1 };

test('gradients that gather over calls make the step that one call makes', async () => {
  const [whole, parts] = [await start(), await start()];
  // shards sum four sequences apart, so that both ways add in the same order
  const batch = datums(8);
  const step = await whole.trainStep(batch, SUM, OPTIMIZER);
  await parts.accumulate(batch.slice(0, 4), SUM);
  await parts.accumulate(batch.slice(4), SUM);
  const applied = await parts.applyGradient(OPTIMIZER);
  expect(applied['grad_norm']).toBeCloseTo(step['grad_norm'] ?? NaN, 3);
  const [a, b] = [await whole.forward(batch, 1, 'training'), await parts.forward(batch, 1, 'training')];
  for (const [index, row] of a.entries()) {
    for (const [at, value] of row.entries()) expect(b[index]?.[at]).toBeCloseTo(value, 4);
  }
});

test('a gathered gradient is used once, and a training step does not see it', async () => {
  const [clean, dirty] = [await start(), await start()];
  await dirty.accumulate(datums(3), SUM);
  await dirty.trainStep(datums(5), PPO, OPTIMIZER);
  await clean.trainStep(datums(5), PPO, OPTIMIZER);
  expect(Buffer.compare(await dirty.save(), await clean.save())).toBe(0);
  await expect(dirty.applyGradient(OPTIMIZER)).rejects.toThrow('no gradient');
});

test('gathering tells the log-probability of every token, trained or not', async () => {
  const learner = await start();
  const batch = datums(6);
  const forward = await learner.forward(batch, 1, 'training');
  const { logprobs, metrics } = await learner.accumulate(batch, SUM);
  expect(logprobs).toEqual(forward);
  expect(metrics['tokens']).toBe(
    batch.reduce((sum, { weights }) => sum + weights.filter((w) => w > 0).length, 0),
  );
});

test('without the optimizer a state holds weights alone, and loading it starts moments anew', async () => {
  const [learner, fresh] = [await start(), await start(2, 8)];
  await learner.trainStep(datums(5), PPO, OPTIMIZER);
  const weights = await learner.save({ optimizer: false });
  expect(weights.byteLength).toBeLessThan((await learner.save()).byteLength / 2);
  await fresh.trainStep(datums(5), PPO, OPTIMIZER);
  await fresh.load(weights);
  await learner.load(await learner.save(), { optimizer: false });
  expect(Buffer.compare(await fresh.save(), await learner.save())).toBe(0);
});

test('the likeliest tokens begin with the one that greedy sampling takes', async () => {
  const learner = await start();
  const [sample] = await learner.sample([request(3, { temperature: 0, maxTokens: 1, stopTokens: [] })]);
  const prompt = request(3).prompt;
  const [first = 0] = sample?.tokens ?? [];
  const tokens = Int32Array.from([...prompt, first]);
  const datum = { tokens, weights: new Float32Array(tokens.length) };
  const [row] = await learner.likeliest([datum], 3);
  const at = prompt.length * 3;
  expect(row?.tokens[at]).toBe(first);
  expect(row?.logprobs[at]).toBe(sample?.logprobs[0]);
  expect(row?.logprobs[at + 1]).toBeLessThanOrEqual(row?.logprobs[at] ?? NaN);
  expect([...(row?.logprobs.subarray(0, 3) ?? [])]).toEqual([-Infinity, -Infinity, -Infinity]);
});
