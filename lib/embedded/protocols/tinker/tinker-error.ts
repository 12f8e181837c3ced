import { z } from 'zod';
import { Refusal } from '@/lib/embedded/refusal';
import { WireError } from '@/lib/services/tinker/wire/wire-error';

/** `user` = asking again changes nothing. */
export type ErrorCategory = 'user' | 'server';

/** A refusal in Tinker's terms: it becomes `{error, category}`, as a reply or as the result of a future. */
export class TinkerError extends Error {
  override readonly name = 'TinkerError';
  readonly status: number;
  readonly category: ErrorCategory;

  constructor(
    status: number,
    message: string,
    options?: ErrorOptions & { readonly category?: ErrorCategory },
  ) {
    super(message, options);
    this.status = status;
    this.category = options?.category ?? (status < 500 ? 'user' : 'server');
  }
}

export const unprocessable = (message: string): TinkerError => new TinkerError(422, message);
export const missing = (message: string, options?: ErrorOptions): TinkerError =>
  new TinkerError(404, message, options);

/** Null for what nobody foresaw. */
export function asTinkerError(error: unknown): TinkerError | null {
  if (error instanceof TinkerError) return error;
  if (error instanceof WireError) return new TinkerError(422, error.message, { cause: error });
  if (!(error instanceof Refusal)) return null;
  const status = error.httpStatus === 400 ? 422 : error.httpStatus;
  return new TinkerError(status, error.message, { cause: error });
}

export function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw unprocessable(`The request is not usable: ${z.prettifyError(parsed.error)}`);
}
