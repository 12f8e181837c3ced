import type { Datum, LossSpec } from '@/lib/rl/datum';
import { estimateKl } from '@/lib/rl/kl/estimate';
import type { TrainMetrics } from '../training-service';
import { ServiceError } from '../service-error';
import type { ForwardBackwardCall, ForwardBackwardResult, TinkerDatum } from './wire/forward-backward';
import { denseTensor } from './wire/tensor';

// A step in Tinker's terms. Its losses are sums over tokens, without KL and entropy terms: weights and the normalizer are
// folded into advantages (every policy loss is linear in a positive factor on A), and so is the KL term's slope at the old
// policy. Entropy bonus and dual clip have no counterpart and are left out; docs/backends.md says so.

export type StepCall = Pick<ForwardBackwardCall, 'data' | 'lossFn' | 'lossFnConfig'>;

export type ChunkLimits = { readonly datums: number; readonly bytes: number };

/** Bytes of a token in all its columns. */
const TOKEN_BYTES = 20;

/** The calls that add up to the gradient of a step. Throws a `ServiceError` for a loss that the service has not. */
export function stepCalls(batch: readonly Datum[], loss: LossSpec, limits: ChunkLimits): readonly StepCall[] {
  const total = batch.reduce((sum, { weights }) => sum + weights.reduce((a, b) => a + b, 0), 0);
  const normalizer = loss.normalizer ?? total;
  if (!(normalizer > 0)) throw rejected('The batch has no token with a positive loss weight.');
  const named = lossOf(loss);
  const data = batch.map((datum, index) =>
    tinkerDatum(datum, { loss, normalizer, where: `Sequence ${index}` }),
  );
  return chunks(data, limits).map((part) => ({ data: part, ...named }));
}

function lossOf(loss: LossSpec): Pick<StepCall, 'lossFn' | 'lossFnConfig'> {
  switch (loss.kind) {
    case 'cross_entropy':
    case 'importance_sampling':
      return { lossFn: loss.kind, lossFnConfig: {} };
    case 'ppo':
    case 'cispo':
      return {
        lossFn: loss.kind,
        lossFnConfig: { clip_low_threshold: 1 - loss.clipLow, clip_high_threshold: 1 + loss.clipHigh },
      };
    case 'gspo':
      throw rejected('Tinker has no loss "gspo". Set config.loss_fn to importance_sampling, ppo or cispo.');
  }
}

type Folding = { readonly loss: LossSpec; readonly normalizer: number; readonly where: string };

function tinkerDatum(datum: Datum, { loss, normalizer, where }: Folding): TinkerDatum {
  const { tokens, weights, logprobs, advantages } = datum;
  if (tokens.length < 2) throw rejected(`${where} has ${tokens.length} tokens; there is nothing to predict.`);
  const targets = denseTensor('int64', tokens.subarray(1));
  const input = Array.from(tokens.subarray(0, -1));
  const folded = (value: (at: number) => number): Float32Array =>
    Float32Array.from(weights, (weight, at) =>
      weight === 0 ? 0 : (value(at) * weight) / normalizer,
    ).subarray(1);
  if (loss.kind === 'cross_entropy') {
    return {
      tokens: input,
      inputs: {
        target_tokens: targets,
        weights: denseTensor(
          'float32',
          folded(() => 1),
        ),
      },
    };
  }
  if (logprobs === undefined || advantages === undefined) {
    throw rejected(`${where} has no logprobs or no advantages, which the loss ${loss.kind} needs.`);
  }
  const signal = folded((at) => (advantages[at] ?? 0) - klSlope(datum, loss, at));
  return {
    tokens: input,
    inputs: {
      target_tokens: targets,
      logprobs: denseTensor('float32', logprobs.subarray(1)),
      advantages: denseTensor('float32', signal),
    },
  };
}

/** Where the policy has not moved yet, a loss −A·r + c·KL has the gradient of −(A − c·KL′)·r. */
function klSlope({ logprobs, referenceLogprobs }: Datum, { kl }: LossSpec, at: number): number {
  if (kl === undefined) return 0;
  const old = logprobs?.[at] ?? 0;
  return kl.coefficient * estimateKl(kl.estimator, old, referenceLogprobs?.[at] ?? old).slope;
}

function chunks(
  data: readonly TinkerDatum[],
  { datums, bytes }: ChunkLimits,
): readonly (readonly TinkerDatum[])[] {
  const parts: TinkerDatum[][] = [];
  let size = 0;
  for (const datum of data) {
    const own = datum.tokens.length * TOKEN_BYTES;
    const last = parts.at(-1);
    if (last === undefined || last.length >= datums || size + own > bytes) {
      parts.push([datum]);
      size = own;
    } else {
      last.push(datum);
      size += own;
    }
  }
  return parts;
}

/** For a forward pass: the log-probability of every token. */
export function forwardCalls(batch: readonly Datum[], limits: ChunkLimits): readonly StepCall[] {
  const data = batch.map(({ tokens }) => ({
    tokens: Array.from(tokens.subarray(0, -1)),
    inputs: {
      target_tokens: denseTensor('int64', tokens.subarray(1)),
      weights: denseTensor('float32', new Float32Array(tokens.length - 1)),
    },
  }));
  return chunks(data, limits).map((part) => ({ data: part, lossFn: 'cross_entropy', lossFnConfig: {} }));
}

/** One row per datum, aligned with its tokens (entry 0 is 0). Throws when the service left something out. */
export function logprobRows(
  batch: readonly Datum[],
  results: readonly ForwardBackwardResult[],
): readonly Float32Array[] {
  const outputs = results.flatMap((result) => result.outputs);
  if (outputs.length !== batch.length) {
    throw unlike(`the log-probabilities of ${outputs.length} sequences, not of ${batch.length}`);
  }
  return batch.map(({ tokens }, index) => {
    const row = outputs[index]?.['logprobs']?.data ?? [];
    const targets = tokens.length - 1;
    if (row.length === targets) return Float32Array.from([0, ...row]);
    throw unlike(`sequence ${index} has ${row.length} log-probabilities, not ${targets}`);
  });
}

function unlike(what: string): ServiceError {
  return new ServiceError('protocol', `Tinker: a pass came back with another batch: ${what}`);
}

/** Metrics of a step by the catalogue's names, from the log-probabilities before it and what the service says of itself. */
export function stepMetrics(
  {
    batch,
    loss,
    learningRate,
  }: { readonly batch: readonly Datum[]; readonly loss: LossSpec; readonly learningRate: number },
  results: readonly ForwardBackwardResult[],
  optimizer: Readonly<Record<string, number | null>>,
): TrainMetrics {
  const sum = results.reduce((total, { metrics }) => total + (metrics['loss:sum'] ?? NaN), 0);
  const norm = Object.entries(optimizer).find(([name]) => /(^|[./])grad_norm(:|$)/.test(name))?.[1];
  const common = {
    lr: learningRate,
    ...(Number.isFinite(sum) ? { loss: sum } : {}),
    ...(typeof norm === 'number' ? { grad_norm: norm } : {}),
  };
  const tokens = trainedTokens(batch, logprobRows(batch, results));
  if (loss.kind === 'cross_entropy' || tokens.length === 0) return { ...common, tokens: tokens.length };
  const mean = (value: (token: Trained) => number): number =>
    tokens.reduce((total, token) => total + value(token), 0) / tokens.length;
  const ratio = ({ now, old }: Trained): number => Math.exp(now - old);
  const policy = {
    ...common,
    tokens: tokens.length,
    ...(Number.isFinite(sum) ? { pg_loss: sum } : {}),
    ppo_kl: mean(({ now, old }) => old - now),
    approx_kl: mean((token) => ratio(token) - 1 - (token.now - token.old)),
    avg_ratio: mean(ratio),
    logprob_gap_mean: mean(({ now, old }) => Math.abs(now - old)),
    logprob_gap_max: tokens.reduce((most, { now, old }) => Math.max(most, Math.abs(now - old)), 0),
  };
  if (loss.kind !== 'ppo' && loss.kind !== 'cispo') return policy;
  const isLow = (token: Trained): number =>
    ratio(token) < 1 - loss.clipLow && (loss.kind === 'cispo' || token.advantage < 0) ? 1 : 0;
  const isHigh = (token: Trained): number =>
    ratio(token) > 1 + loss.clipHigh && (loss.kind === 'cispo' || token.advantage > 0) ? 1 : 0;
  const [low, high] = [mean(isLow), mean(isHigh)];
  return { ...policy, pg_clipfrac: low + high, pg_clipfrac_low: low, pg_clipfrac_high: high };
}

type Trained = { readonly now: number; readonly old: number; readonly advantage: number };

function trainedTokens(batch: readonly Datum[], rows: readonly Float32Array[]): readonly Trained[] {
  return batch.flatMap(({ weights, logprobs, advantages }, index) => {
    const found: Trained[] = [];
    for (let at = 1; at < weights.length; at += 1) {
      if (weights[at] === 0) continue;
      const now = rows[index]?.[at] ?? NaN;
      found.push({ now, old: logprobs?.[at] ?? now, advantage: advantages?.[at] ?? 0 });
    }
    return found;
  });
}

function rejected(message: string): ServiceError {
  return new ServiceError('rejected', message, { retryable: false });
}
