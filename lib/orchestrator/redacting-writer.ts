import { type KnownSecret, redact } from '@/lib/recipes/environment/mask-secrets';
import type { RunWriter } from '@/lib/run-store/run-writer';
import { createRecordRedactor } from './redact-record';

/** A writer that lets no secret of the run's environment through: not in a log line, a rollout or a reason. */
export function redactingWriter(writer: RunWriter, secrets: readonly KnownSecret[]): RunWriter {
  if (secrets.length === 0) return writer;
  const clean = (text: string | null): string | null => (text === null ? null : redact(text, secrets));
  const { record, rollout } = createRecordRedactor(secrets);
  return {
    ...writer,
    append: (event) => writer.append(record(event)),
    trajectories: (step, batch) => writer.trajectories(step, { ...batch, rows: batch.rows.map(rollout) }),
    status: (status, reason) => writer.status(status, clean(reason)),
    reason: (reason) => writer.reason(clean(reason)),
  };
}
