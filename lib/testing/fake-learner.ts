import { END_TOKEN } from '@/lib/tokenizers/byte-vocabulary';
import type { Learner, ModelShape, Sample, SampleRequest } from '@/lib/embedded/model/learner';

export type FakeLearnerCall = { readonly name: keyof Learner; readonly size: number };

/**
 * A learner without a model: one training weight, which each step moves by the learning rate, and completions that are a
 * pure function of prompt, seed and published weight. Stands in where a test is about the service around it.
 */
export function createFakeLearner(
  options: { readonly shape: ModelShape; readonly seed: number },
  onCall: (call: FakeLearnerCall) => Promise<void> | void = () => undefined,
): Learner {
  let weight = options.seed;
  let published = options.seed;
  let steps = 0;
  let hasReference = false;
  let gathered = 0;
  return {
    async sample(requests) {
      await onCall({ name: 'sample', size: requests.length });
      return requests.map((request) => drawSample(request, published));
    },
    async forward(batch, temperature, weights) {
      await onCall({ name: 'forward', size: batch.length });
      if (weights === 'reference' && !hasReference) throw new RangeError('no reference');
      return batch.map(({ tokens }) =>
        Float32Array.from(tokens, (token, index) => (index === 0 ? 0 : -token / temperature)),
      );
    },
    async trainStep(batch, _loss, optimizer) {
      await onCall({ name: 'trainStep', size: batch.length });
      weight += optimizer.learningRate;
      steps += 1;
      return { loss: weight, tokens: batch.reduce((sum, { tokens }) => sum + tokens.length, 0), steps };
    },
    async likeliest(batch, count) {
      await onCall({ name: 'likeliest', size: batch.length });
      return batch.map(({ tokens }) => ({
        tokens: Int32Array.from({ length: tokens.length * count }, (_, index) => index % count),
        logprobs: Float32Array.from({ length: tokens.length * count }, (_, index) =>
          index < count ? -Infinity : -1 - (index % count),
        ),
      }));
    },
    async accumulate(batch) {
      await onCall({ name: 'accumulate', size: batch.length });
      gathered += batch.length;
      const logprobs = batch.map(({ tokens }) =>
        Float32Array.from(tokens, (token, index) => (index === 0 ? 0 : -token)),
      );
      return { logprobs, metrics: { loss: gathered } };
    },
    async applyGradient(optimizer) {
      await onCall({ name: 'applyGradient', size: gathered });
      if (gathered === 0) throw new RangeError('There is no gradient.');
      weight += optimizer.learningRate * gathered;
      gathered = 0;
      steps += 1;
      return { grad_norm: steps, lr: optimizer.learningRate };
    },
    async forgetGradient() {
      await onCall({ name: 'forgetGradient', size: gathered });
      gathered = 0;
    },
    async save() {
      await onCall({ name: 'save', size: 1 });
      return encodeState(weight, steps);
    },
    async load(state) {
      await onCall({ name: 'load', size: state.byteLength });
      [weight, steps] = decodeState(state);
      gathered = 0;
    },
    async freezeReference() {
      await onCall({ name: 'freezeReference', size: 1 });
      hasReference = true;
    },
    async publish() {
      await onCall({ name: 'publish', size: 1 });
      published = weight;
    },
    async close() {
      await onCall({ name: 'close', size: 0 });
    },
  };
}

const LETTERS = 26;
const FIRST_LETTER = 97;

function drawSample(request: SampleRequest, weight: number): Sample {
  let state =
    Math.round(weight * 1e6) + request.seed * 31 + request.prompt.reduce((sum, token) => sum * 33 + token, 7);
  const tokens: number[] = [];
  while (tokens.length < request.maxTokens) {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    const draw = (state >>> 8) % (LETTERS + 2);
    tokens.push(draw < LETTERS ? FIRST_LETTER + draw : END_TOKEN);
    const last = tokens[tokens.length - 1];
    if (last !== undefined && request.stopTokens.includes(last)) return sampleOf(tokens, 'stop');
  }
  return sampleOf(tokens, 'length');
}

function sampleOf(tokens: readonly number[], stopReason: Sample['stopReason']): Sample {
  return {
    tokens: Int32Array.from(tokens),
    logprobs: Float32Array.from(tokens, (token) => -token / 1000),
    stopReason,
  };
}

const HEADER = JSON.stringify({ state: { dtype: 'F64', shape: [2], data_offsets: [0, 16] } });

function encodeState(weight: number, steps: number): Uint8Array {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(HEADER.length));
  const data = Buffer.alloc(16);
  data.writeDoubleLE(weight, 0);
  data.writeDoubleLE(steps, 8);
  return Buffer.concat([length, Buffer.from(HEADER), data]);
}

function decodeState(state: Uint8Array): [number, number] {
  const data = Buffer.from(state).subarray(-16);
  return [data.readDoubleLE(0), data.readDoubleLE(8)];
}
