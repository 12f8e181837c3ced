import { AppError } from '@/lib/shared/app-error';

/** All results; where some are refused, every refusal in one `AppError`, a line each. */
export async function allOrWhatIsWrong<T>(work: readonly Promise<T>[]): Promise<readonly T[]> {
  const outcomes = await Promise.allSettled(work);
  const refusals: AppError[] = [];
  const results: T[] = [];
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') results.push(outcome.value);
    else if (outcome.reason instanceof AppError) refusals.push(outcome.reason);
    else throw outcome.reason;
  }
  const [first, ...rest] = refusals;
  if (first === undefined) return results;
  throw new AppError(first.code, [first, ...rest].map(({ message }) => message).join('\n'), { cause: first });
}
