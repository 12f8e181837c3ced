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

/** A foreseen refusal. The message says what failed, on what, and what to do next; it is shown to people. */
export class AppError extends Error {
  readonly code: AppErrorCode;

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
