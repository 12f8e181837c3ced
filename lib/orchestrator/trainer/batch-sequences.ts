import { type Advantage, advantageAt, meanAdvantage } from '@/lib/rl/advantages/estimator';
import { sampledDatum } from '@/lib/rl/build-datum';
import type { Datum } from '@/lib/rl/datum';
import { mean } from '@/lib/rl/statistics';
import type { ScoredRollout } from '../rollout/rollout';
import type { RolloutBatch } from '../trajectory-pool/trajectory-pool';

/** A trainable sequence of a batch with its place. */
export type BatchSequence = {
  readonly rollout: ScoredRollout;
  /** Place of its group in the batch. */
  readonly group: number;
  /** Place of its rollout in the group. */
  readonly place: number;
  /** Weights are the loss mask, logprobs the sampler's; no advantages yet. */
  readonly datum: Datum;
  /** Positions that are trained on. */
  readonly trained: Int32Array;
};

/** Every sequence of a batch that has something to train on, in (prompt, sample) order. */
export function sequencesOf(batch: RolloutBatch): readonly BatchSequence[] {
  return batch.groups.flatMap(({ rollouts }, group) =>
    rollouts.flatMap((rollout, place) =>
      rollout.episode.sequences
        .map((sequence) => {
          const datum = sampledDatum(sequence);
          return { rollout, group, place, datum, trained: trainedPositions(datum) };
        })
        .filter(({ trained }) => trained.length > 0),
    ),
  );
}

function trainedPositions({ weights }: Datum): Int32Array {
  const positions = new Int32Array(weights.length);
  let count = 0;
  for (let at = 0; at < weights.length; at += 1) if (weights[at] !== 0) positions[count++] = at;
  return positions.subarray(0, count);
}

/** The values at the trained positions of a sequence. */
export function atTrained(values: Float32Array | undefined, { trained }: BatchSequence): Float32Array {
  const row = new Float32Array(trained.length);
  for (const [index, at] of trained.entries()) row[index] = values?.[at] ?? NaN;
  return row;
}

/** An advantage, laid out along the tokens of its sequence. */
export function alongTokens(advantage: Advantage, { datum, trained }: BatchSequence): Float32Array {
  const row = new Float32Array(datum.tokens.length);
  // millions of tokens per batch: no iterators here
  for (let index = 0; index < trained.length; index += 1) {
    row[trained[index] ?? 0] = advantageAt(advantage, index);
  }
  return row;
}

/** One number per rollout: the mean over its sequences of the mean over their tokens. */
export function advantagesByRollout(
  sequences: readonly BatchSequence[],
  advantages: readonly Advantage[],
): ReadonlyMap<ScoredRollout, number> {
  const lists = new Map<ScoredRollout, number[]>();
  for (const [index, { rollout }] of sequences.entries()) {
    const value = meanAdvantage(advantages[index] ?? 0);
    const list = lists.get(rollout);
    if (list === undefined) lists.set(rollout, [value]);
    else list.push(value);
  }
  return new Map([...lists].map(([rollout, list]) => [rollout, mean(list)]));
}

/** A forward pass gives numbers for context too: only those of trained tokens are sent back. */
export function onlyTrained(
  values: Float32Array | undefined,
  { datum, trained }: BatchSequence,
): Float32Array {
  // the sampler's own have none of the context
  if (values === undefined || values === datum.logprobs)
    return values ?? new Float32Array(datum.tokens.length);
  const row = new Float32Array(datum.tokens.length);
  for (let index = 0; index < trained.length; index += 1) {
    const at = trained[index] ?? 0;
    row[at] = values[at] ?? 0;
  }
  return row;
}
