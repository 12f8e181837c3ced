import 'server-only';
import type { z } from 'zod';
import { type ActionError, AppError } from '@/lib/shared/app-error';
import { explainIssues } from '@/lib/shared/explain-issues';
import { err, ok, type Result } from '@/lib/shared/result';

/**
 * The one way through which a server action goes: parse what came, do one thing, hand a foreseen refusal back as data.
 * An unforeseen error passes: it is a bug, and the log has it.
 */
export async function asAction<Schema extends z.ZodType, Value>(
  schema: Schema,
  input: unknown,
  run: (input: z.infer<Schema>) => Promise<Value>,
): Promise<Result<Value, ActionError>> {
  const parsed = schema.safeParse(input);
  if (!parsed.success) {
    const message = `Galley was asked in a form that it does not take. ${explainIssues(parsed.error)} Reload the page and try again.`;
    return err({ code: 'invalid_input', message });
  }
  try {
    return ok(await run(parsed.data));
  } catch (error) {
    if (error instanceof AppError) return err({ code: error.code, message: error.message });
    throw error;
  }
}
