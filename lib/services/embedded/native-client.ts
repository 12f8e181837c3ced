import type { z } from 'zod';
import { createRequester, type ErrorReply } from '../request';
import { ServiceError } from '../service-error';
import { Done, HealthReply, NATIVE_PREFIX } from './native-wire';
import type { ServiceRecord } from './service-record';

/** Calls that only look something up or flip a switch. */
const QUICK_TIMEOUT_MS = 15_000;
/** Calls that compute. Generous: several runs share the machine, and whoever waits has an AbortSignal. */
const COMPUTE_TIMEOUT_MS = 15 * 60_000;
/** Is anybody there? A live service answers in a millisecond, its learners compute on other threads. */
const HEALTH_TIMEOUT_MS = 3_000;
const ATTEMPTS = 3;

export type ModelCall<T> = {
  readonly operation: string;
  readonly modelId: string;
  readonly body?: unknown;
  readonly schema: z.ZodType<T>;
  readonly quick?: boolean;
};

/** Typed calls to one running service process. */
export type NativeClient = {
  readonly record: ServiceRecord;
  health(signal: AbortSignal): Promise<HealthReply>;
  open<T>(body: unknown, schema: z.ZodType<T>, signal: AbortSignal): Promise<T>;
  model<T>(call: ModelCall<T>, signal: AbortSignal): Promise<T>;
  remove(modelId: string, signal: AbortSignal): Promise<void>;
  shutdown(force: boolean, signal: AbortSignal): Promise<void>;
  close(): void;
};

export function createNativeClient(record: ServiceRecord): NativeClient {
  const requester = createRequester({
    service: 'embedded service',
    baseUrl: `http://127.0.0.1:${record.port}${NATIVE_PREFIX}`,
    headers: { authorization: `Bearer ${record.token}` },
    maxAttempts: ATTEMPTS,
    translate,
  });
  const send = async <T>(call: Parameters<typeof requester.send<T>>[0], signal: AbortSignal): Promise<T> => {
    try {
      return await requester.send(call, signal);
    } catch (error) {
      throw asGone(error);
    }
  };
  return {
    record,
    health: (signal) =>
      send(
        {
          operation: 'health',
          method: 'GET',
          path: '/health',
          schema: HealthReply,
          timeoutMs: HEALTH_TIMEOUT_MS,
        },
        signal,
      ),
    open: (body, schema, signal) =>
      send(
        { operation: 'open', method: 'POST', path: '/models', body, schema, timeoutMs: COMPUTE_TIMEOUT_MS },
        signal,
      ),
    model: ({ operation, modelId, body, schema, quick }, signal) =>
      send(
        {
          operation,
          method: 'POST',
          path: `/models/${encodeURIComponent(modelId)}/${operation}`,
          body: body ?? {},
          schema,
          timeoutMs: quick === true ? QUICK_TIMEOUT_MS : COMPUTE_TIMEOUT_MS,
        },
        signal,
      ),
    async remove(modelId, signal) {
      const path = `/models/${encodeURIComponent(modelId)}`;
      await send(
        { operation: 'delete', method: 'DELETE', path, schema: Done, timeoutMs: QUICK_TIMEOUT_MS },
        signal,
      );
    },
    async shutdown(force, signal) {
      const call = { operation: 'shutdown', method: 'POST', path: '/shutdown', body: { force } } as const;
      await send({ ...call, schema: Done, timeoutMs: QUICK_TIMEOUT_MS }, signal);
    },
    close: () => requester.close(),
  };
}

const GONE_CODES = new Set(['no_model', 'model_failed', 'closing']);

function translate(reply: ErrorReply, message: string): ServiceError | null {
  // another process took over the port of a dead service
  if (reply.status === 401 || reply.status === 403) return new ServiceError('gone', message);
  if (reply.code !== null && GONE_CODES.has(reply.code)) return new ServiceError('gone', message);
  if (reply.code !== null) return new ServiceError('rejected', message, { retryable: false });
  return null;
}

/** On loopback nobody answers only when the process is dead, and its models died with it. */
function asGone(error: unknown): unknown {
  if (!(error instanceof ServiceError) || error.kind !== 'refused') return error;
  return new ServiceError('gone', `${error.message}; the service process has ended`, { cause: error });
}
