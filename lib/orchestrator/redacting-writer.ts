import { type KnownSecret, redact } from '@/lib/recipes/environment/mask-secrets';
import type { RunWriter } from '@/lib/run-store/run-writer';

/** A writer that lets no secret of the run's environment through: not in a log line, not in a reason. */
export function redactingWriter(writer: RunWriter, secrets: readonly KnownSecret[]): RunWriter {
  if (secrets.length === 0) return writer;
  const clean = (text: string): string => redact(text, secrets);
  return {
    ...writer,
    append: (event) =>
      writer.append('message' in event ? { ...event, message: clean(event.message) } : event),
    status: (status, reason) => writer.status(status, reason === null ? null : clean(reason)),
  };
}
