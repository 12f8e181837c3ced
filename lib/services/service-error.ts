export type ServiceErrorKind = 'refused' | 'timeout' | 'protocol' | 'rejected' | 'gone';

export type ServiceErrorOptions = ErrorOptions & {
  readonly retryable?: boolean;
  readonly retryAfterMs?: number | null;
  readonly status?: number | null;
};

/** A service failed in a way that its caller may act on. The message names service, operation and attempt. */
export class ServiceError extends Error {
  readonly kind: ServiceErrorKind;
  /** Trying the same call again could succeed. */
  readonly retryable: boolean;
  /** When the service asks to be tried again; null = it did not say. */
  readonly retryAfterMs: number | null;
  /** Of the HTTP answer that says so; null = there was none. */
  readonly status: number | null;

  constructor(kind: ServiceErrorKind, message: string, options?: ServiceErrorOptions) {
    super(message, options);
    this.name = 'ServiceError';
    this.kind = kind;
    this.retryable = options?.retryable ?? (kind === 'refused' || kind === 'timeout');
    this.retryAfterMs = options?.retryAfterMs ?? null;
    this.status = options?.status ?? null;
  }
}

/** The request itself is refused: nothing was begun, and asking again changes nothing. */
export function isRefusal(error: unknown): error is ServiceError {
  return error instanceof ServiceError && error.kind === 'rejected' && !error.retryable;
}
