/** Every foreseen refusal. The HTTP status belongs to the code, so no feature names a status number. */
const STATUS = {
  invalid_input: 400,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  unprocessable: 422,
  unavailable: 503,
  storage: 507,
} as const;

export type AppErrorCode = keyof typeof STATUS;

/** Known in every bundle: Next loads this module once for pages and once for routes, and they hand errors to each other. */
const BRAND = Symbol.for('galley.AppError');

/** A foreseen refusal. The message says what failed, on what, and what to do next; it is shown to people. */
export class AppError extends Error {
  readonly code: AppErrorCode;
  readonly [BRAND] = true;

  static override [Symbol.hasInstance](value: unknown): boolean {
    // Those that extend it are what they are.
    if (this !== AppError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && BRAND in value;
  }

  constructor(code: AppErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AppError';
    this.code = code;
  }

  get httpStatus(): number {
    return STATUS[this.code];
  }
}

/** A refusal as it travels to the browser. */
export type ActionError = { readonly code: AppErrorCode; readonly message: string };
