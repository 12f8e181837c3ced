import { distill, type DistilledSequence } from '@/lib/rl/distillation';
import { distillationStatistics } from '@/lib/rl/distillation-statistics';
import { mean } from '@/lib/rl/statistics';
import type { Teacher } from '@/lib/services/teacher';
import type { TrainingService } from '@/lib/services/training-service';
import { advantagesByRollout, type BatchSequence, onlyTrained, sequencesOf } from './batch-sequences';
import type { BatchPreparer } from './trainer';

export type DistillationObjective = {
  readonly coefficient: number;
  readonly discount: number;
  /** Where the student's log-probabilities come from; null = from the sampler that drew the tokens. */
  readonly student: TrainingService | null;
};

/** On-policy distillation: what the teacher thinks of the student's own tokens is their advantage; no reward counts. */
export function createDistillationPreparer(
  teacher: Teacher,
  objective: DistillationObjective,
): BatchPreparer {
  return async (batch, { klCoefficient }, signal) => {
    const sequences = await withStudent(sequencesOf(batch), objective, signal);
    const taught = await teacher.logprobs(
      sequences.map(({ datum }) => datum),
      signal,
    );
    const compared = sequences.map(({ datum }, index) => ({
      student: datum.logprobs ?? [],
      teacher: taught[index] ?? [],
      mask: datum.weights,
    }));
    const distilled = compared.map((each) => distill(each, objective));
    const tokens = distilled.reduce((sum, each) => sum + each.tokens, 0);
    const reverseKl = distilled.reduce((sum, each) => sum + each.reverseKl, 0);
    return {
      advantages: advantagesByRollout(
        sequences,
        distilled.map(({ advantages }, index) =>
          mean(Array.from(sequences[index]?.trained ?? [], (at) => advantages[at] ?? 0)),
        ),
      ),
      datums: sequences.map(({ datum }, index) => ({
        ...datum,
        advantages: Float32Array.from(distilled[index]?.advantages ?? []),
      })),
      klCoefficient,
      metrics: {
        'opd/teacher_kl': tokens === 0 ? 0 : reverseKl / tokens,
        'opd/valid_tokens': tokens,
        ...comparison(compared),
      },
    };
  };
}

function comparison(sequences: readonly DistilledSequence[]): Readonly<Record<string, number>> {
  const found = distillationStatistics(sequences);
  if (found === null) return {};
  return {
    'distill/teacher_log_prob_mean': found.teacher.mean,
    'distill/teacher_log_prob_min': found.teacher.min,
    'distill/teacher_log_prob_max': found.teacher.max,
    'distill/student_perplexity': found.studentPerplexity,
    'distill/teacher_perplexity': found.teacherPerplexity,
    'distill/mean_log_prob_diff': found.distance.mean,
    'distill/max_log_prob_diff': found.distance.max,
    'distill/avg_trained_tokens_per_sample': found.tokens / sequences.length,
  };
}

/** Sequences whose log-probabilities are the trainer's, where the objective asks for them. */
async function withStudent(
  sequences: readonly BatchSequence[],
  { student }: DistillationObjective,
  signal: AbortSignal,
): Promise<readonly BatchSequence[]> {
  if (student === null) return sequences;
  const datums = sequences.map(({ datum }) => datum);
  const logprobs = await student.forward(datums, 'policy', signal);
  return sequences.map((sequence, index) => ({
    ...sequence,
    datum: { ...sequence.datum, logprobs: onlyTrained(logprobs[index], sequence) },
  }));
}
