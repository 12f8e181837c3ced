/** Every foreseen refusal of the service, whatever the protocol; the HTTP status belongs to the code. */
const STATUS = {
  invalid_request: 400,
  unauthorized: 401,
  forbidden_host: 403,
  not_found: 404,
  no_model: 404,
  unknown_base_model: 404,
  method_not_allowed: 405,
  in_use: 409,
  not_published: 409,
  /** Of the train-service protocol. */
  stale_epoch: 409,
  gradient_incomplete: 409,
  conflict: 409,
  too_large: 413,
  unsupported_media_type: 415,
  invalid_state: 422,
  cancelled: 499,
  internal: 500,
  model_failed: 500,
  closing: 503,
  too_many_models: 503,
  storage: 507,
} as const;

export type RefusalCode = keyof typeof STATUS;

/** The message is sent to the client: it says what, where and what to do next, and holds no secret. */
export class Refusal extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Refusal';
    this.code = code;
  }

  get httpStatus(): number {
    return STATUS[this.code];
  }
}
