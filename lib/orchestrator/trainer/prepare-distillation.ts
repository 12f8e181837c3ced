import { distill } from '@/lib/rl/distillation';
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
    const distilled = sequences.map(({ datum }, index) =>
      distill(
        { student: datum.logprobs ?? [], teacher: taught[index] ?? [], mask: datum.weights },
        objective,
      ),
    );
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
      },
    };
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
