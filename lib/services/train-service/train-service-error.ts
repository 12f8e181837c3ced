import type { ErrorReply } from '../request';
import { ServiceError } from '../service-error';

/** The server has not gathered the whole gradient of the step, and took no step: send the parts again. */
export class GradientIncomplete extends ServiceError {
  constructor(message: string) {
    super('rejected', message, { retryable: false });
    this.name = 'GradientIncomplete';
  }
}

export function isIncomplete(error: unknown): boolean {
  // a refusal after several attempts is wrapped
  return (
    error instanceof GradientIncomplete ||
    (error instanceof Error && error.cause instanceof GradientIncomplete)
  );
}

/** The model is no longer, or no longer as the client knows it. */
const GONE = new Set(['no_model', 'stale_epoch', 'model_failed', 'closing']);
/** May pass by itself, beside what has no code at all. */
const PASSING = new Set(['busy', 'too_many_models', 'internal']);

/** What a refusal means; null = decide by the status. */
export function translateRefusal(reply: ErrorReply, message: string): ServiceError | null {
  const { code, status } = reply;
  if (code === null) return null;
  if (code === 'gradient_incomplete') return new GradientIncomplete(message);
  if (GONE.has(code)) return new ServiceError('gone', message, { retryable: false });
  if (status === 401 || status === 403) {
    const advice = `${message} Check the key of the train service (service.train_service.<name>.api_key).`;
    return new ServiceError('rejected', advice, { retryable: false });
  }
  return new ServiceError('rejected', message, { retryable: PASSING.has(code) });
}
