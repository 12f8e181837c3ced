import type { DistilledSequence } from './distillation';

export type DistillationStatistics = {
  /** Positions where the student is trained and the teacher gives a finite log-probability. */
  readonly tokens: number;
  readonly teacher: { readonly mean: number; readonly min: number; readonly max: number };
  readonly studentPerplexity: number;
  readonly teacherPerplexity: number;
  /** |log p_student − log p_teacher|. */
  readonly distance: { readonly mean: number; readonly max: number };
};

/** How student and teacher see the trained tokens of a batch; null where there is none. */
export function distillationStatistics(
  sequences: readonly DistilledSequence[],
): DistillationStatistics | null {
  const sums = { tokens: 0, student: 0, teacher: 0, distance: 0 };
  const range = { min: Infinity, max: -Infinity, distance: 0 };
  for (const { student, teacher, mask } of sequences) {
    for (let at = 0; at < mask.length; at += 1) {
      const [own, taught] = [student[at] ?? NaN, teacher[at] ?? NaN];
      if ((mask[at] ?? 0) <= 0 || !Number.isFinite(own - taught)) continue;
      const distance = Math.abs(own - taught);
      sums.tokens += 1;
      sums.student += own;
      sums.teacher += taught;
      sums.distance += distance;
      range.min = Math.min(range.min, taught);
      range.max = Math.max(range.max, taught);
      range.distance = Math.max(range.distance, distance);
    }
  }
  const { tokens } = sums;
  if (tokens === 0) return null;
  return {
    tokens,
    teacher: { mean: sums.teacher / tokens, min: range.min, max: range.max },
    studentPerplexity: Math.exp(-sums.student / tokens),
    teacherPerplexity: Math.exp(-sums.teacher / tokens),
    distance: { mean: sums.distance / tokens, max: range.distance },
  };
}
