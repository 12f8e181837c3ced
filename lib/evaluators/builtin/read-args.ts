import { z } from 'zod';

/** Arguments that every evaluator here knows. */
export const CommonArgs = {
  /**
   * Column with the right answer, with dots into nested columns; null looks for `reward_model.ground_truth`,
   * `ground_truth` and `answer`, in this order.
   */
  answer_key: z.string().min(1).nullable().default(null),
  /** A completion that was cut at its length limit earns 0, whatever it says. */
  zero_if_truncated: z.boolean().default(true),
};

/** Throws one sentence that names what is wrong with `evaluator_args`. */
export function readArgs<S extends z.ZodType>(
  name: string,
  schema: S,
  args: Readonly<Record<string, unknown>>,
): z.infer<S> {
  const parsed = schema.safeParse(args);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  );
  throw new Error(`builtin:${name} cannot use its evaluator_args. ${problems.join('; ')}.`);
}
