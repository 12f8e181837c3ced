import { ServiceError } from '../service-error';
import type { Payload } from '../request';
import type { TinkerConnection } from './tinker-connection';
import { awaitResult, type FutureOptions, ResultGone, type ResultKind } from './tinker-futures';
import { FutureReply } from './wire/replies';

/** A request that a service does once: the same bytes under the same number, however often they are sent. */
export type Operation<T> = {
  readonly path: string;
  readonly payload: Payload;
  readonly kind: ResultKind<T>;
  /** Where the result is; null = not submitted, or forgotten by the service. */
  requestId: string | null;
  result: { readonly value: T } | null;
};

export type Operations = {
  /** The service has it in its queue afterwards. Rejects when it was refused: then nothing was begun. */
  submit(operation: Operation<unknown>, signal: AbortSignal): Promise<void>;
  /** Its result; an operation that has one is not asked for again. */
  finish<T>(operation: Operation<T>, signal: AbortSignal): Promise<T>;
  run<T>(operation: Operation<T>, signal: AbortSignal): Promise<T>;
};

/** A service that forgets a result this often does not keep any. */
const MAX_RESUBMITS = 3;

export function createOperations(connection: TinkerConnection, options: FutureOptions): Operations {
  async function submit(operation: Operation<unknown>, signal: AbortSignal): Promise<void> {
    if (operation.result !== null || operation.requestId !== null) return;
    const { path, payload, kind } = operation;
    const headers = path === 'asample' ? { 'x-tinker-sampling-backpressure': '1' } : {};
    const call = { operation: kind.name, path, payload, headers, schema: FutureReply };
    operation.requestId = (await connection.send(call, signal)).request_id;
  }

  async function finish<T>(operation: Operation<T>, signal: AbortSignal): Promise<T> {
    for (let resubmits = 0; ; resubmits++) {
      if (operation.result !== null) return operation.result.value;
      await submit(operation, signal);
      const requestId = operation.requestId ?? '';
      try {
        const value = await awaitResult(connection, { requestId, kind: operation.kind, signal, options });
        operation.result = { value };
        return value;
      } catch (error) {
        if (!(error instanceof ResultGone)) throw error;
        operation.requestId = null;
        if (resubmits < MAX_RESUBMITS) continue;
        throw new ServiceError('gone', `${error.message} (after ${resubmits + 1} attempts)`, {
          cause: error,
        });
      }
    }
  }

  return {
    submit,
    finish,
    async run(operation, signal) {
      await submit(operation, signal);
      return await finish(operation, signal);
    },
  };
}

export function jsonOperation<T>(path: string, body: unknown, kind: ResultKind<T>): Operation<T> {
  const payload = { contentType: 'application/json', bytes: Buffer.from(JSON.stringify(body)) };
  return { path, payload, kind, requestId: null, result: null };
}
