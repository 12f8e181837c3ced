export type DistilledSequence = {
  /** Natural-log probabilities, aligned with each other. */
  readonly student: ArrayLike<number>;
  readonly teacher: ArrayLike<number>;
  /** Positive where the student is trained. */
  readonly mask: ArrayLike<number>;
};

export type Distilled = {
  /** One per position; 0 where nothing is trained. */
  readonly advantages: Float64Array;
  /** Sum of log p_student − log p_teacher over the trained positions: the sampled reverse KL. */
  readonly reverseKl: number;
  readonly tokens: number;
};

/**
 * On-policy distillation (Agarwal et al. 2023, arXiv:2306.13649; Lu et al. 2025): the advantage of a token is
 * −coefficient · (log p_student − log p_teacher), plus `discount` times that of the next position. A teacher that gives a
 * token no finite probability teaches nothing there.
 */
export function distill(
  { student, teacher, mask }: DistilledSequence,
  { coefficient, discount }: { readonly coefficient: number; readonly discount: number },
): Distilled {
  const advantages = new Float64Array(mask.length);
  let following = 0;
  let reverseKl = 0;
  let tokens = 0;
  for (let at = mask.length - 1; at >= 0; at -= 1) {
    const isTrained = (mask[at] ?? 0) > 0;
    const gap = isTrained ? (student[at] ?? NaN) - (teacher[at] ?? NaN) : 0;
    const distance = Number.isFinite(gap) ? gap : 0;
    following = discount * following - coefficient * distance;
    if (!isTrained) continue;
    advantages[at] = following;
    reverseKl += distance;
    tokens += 1;
  }
  return { advantages, reverseKl, tokens };
}
