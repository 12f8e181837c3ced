import { estimateKl, type KlEstimator } from './estimate';

/** Log-probabilities of the trained tokens of one sequence. */
export type ComparedSequence = { readonly policy: Float32Array; readonly reference: Float32Array };

export type KlPenalties = {
  /** coefficient · KL per trained token: what is taken from the reward there. */
  readonly penalties: readonly Float64Array[];
  /** Mean over sequences of the mean KL over their tokens; null for no sequence. */
  readonly kl: number | null;
};

/** The KL penalty in the reward: r_t = reward at the last token − coefficient · KL_t (Ziegler et al. 2019, arXiv:1909.08593). */
export function klPenalties(
  sequences: readonly ComparedSequence[],
  { estimator, coefficient }: { readonly estimator: KlEstimator; readonly coefficient: number },
): KlPenalties {
  let total = 0;
  let counted = 0;
  const penalties = sequences.map(({ policy, reference }) => {
    let sum = 0;
    const row = Float64Array.from(policy, (logprob, at) => {
      const { value } = estimateKl(estimator, logprob, reference[at] ?? logprob);
      sum += value;
      return coefficient * value;
    });
    if (row.length > 0) {
      total += sum / row.length;
      counted += 1;
    }
    return row;
  });
  return { penalties, kl: counted === 0 ? null : total / counted };
}
