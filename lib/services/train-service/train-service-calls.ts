import type { z } from 'zod';
import type { NamedTensor } from '@/lib/shared/safetensors';
import { type Call, createRequester, type RequesterOptions } from '../request';
import { ServiceError } from '../service-error';
import { translateRefusal } from './train-service-error';
import { Health, PROTOCOL_VERSION, TRAIN_PREFIX } from './wire/messages';
import { decodeTensorBody, encodeTensorBody, TENSOR_TYPE, TensorBody } from './wire/tensor-body';

export type CallOptions = Pick<RequesterOptions, 'sleep' | 'random' | 'maxAttempts'> & {
  /** Of the server, with or without a scheme: `http://gpu-1:8000`. */
  readonly url: string;
  /** Bearer token, where the server asks for one. */
  readonly apiKey?: string;
  /** For one attempt of a call that computes; the next attempt joins what is still being computed. */
  readonly computeTimeoutMs?: number;
  /** For one attempt of a call that only looks something up. */
  readonly quickTimeoutMs?: number;
};

export type TrainServiceCall = {
  readonly operation: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Sent with the body, as a safetensors file. */
  readonly tensors?: readonly NamedTensor[];
  /** Looks something up, and is asked once only. */
  readonly quick?: boolean;
};

/** Calls of the protocol. All of them are sent again after a failure: what must happen once has an operation id. */
export type TrainServiceCalls = {
  /** Rejects for a server of another version of the protocol. */
  health(signal: AbortSignal): Promise<Health>;
  json<T>(call: TrainServiceCall, schema: z.ZodType<T>, signal: AbortSignal): Promise<T>;
  /** For a reply that is a safetensors file. */
  tensors(call: TrainServiceCall, signal: AbortSignal): Promise<TensorBody>;
  close(): void;
};

const SERVICE = 'train service';
const ATTEMPTS = 6;
const QUICK_TIMEOUT_MS = 15_000;
const COMPUTE_TIMEOUT_MS = 15 * 60_000;

export function createTrainServiceCalls(options: CallOptions): TrainServiceCalls {
  const { quickTimeoutMs = QUICK_TIMEOUT_MS, computeTimeoutMs = COMPUTE_TIMEOUT_MS } = options;
  const requester = createRequester({
    service: SERVICE,
    baseUrl: `${withScheme(options.url)}${TRAIN_PREFIX}`,
    headers: options.apiKey === undefined ? {} : { authorization: `Bearer ${options.apiKey}` },
    maxAttempts: options.maxAttempts ?? ATTEMPTS,
    translate: translateRefusal,
    retryUnreadable: true,
    ...(options.sleep === undefined ? {} : { sleep: options.sleep }),
    ...(options.random === undefined ? {} : { random: options.random }),
  });

  function post<T>({ operation, body, tensors, quick }: TrainServiceCall, schema: z.ZodType<T>): Call<T> {
    return {
      operation,
      method: 'POST',
      path: `/${operation}`,
      schema,
      timeoutMs: quick === true ? quickTimeoutMs : computeTimeoutMs,
      ...(quick === true ? { maxAttempts: 1 } : {}),
      ...(tensors === undefined
        ? { body }
        : { payload: { contentType: TENSOR_TYPE, bytes: encodeTensorBody(body, tensors) } }),
    };
  }

  return {
    async health(signal) {
      const call = {
        operation: 'health',
        method: 'GET',
        path: '/health',
        timeoutMs: quickTimeoutMs,
      } as const;
      const found = await requester.send({ ...call, schema: Health }, signal);
      if (found.version === PROTOCOL_VERSION) return found;
      const message = `${SERVICE}: it speaks version ${found.version} of the protocol, and this Galley version ${PROTOCOL_VERSION}. Bring both to the same release.`;
      throw new ServiceError('protocol', message, { retryable: false });
    },
    json: (call, schema, signal) => requester.send(post(call, schema), signal),
    tensors: (call, signal) =>
      requester.send(
        { ...post(call, TensorBody), decode: decodeTensorBody, headers: { accept: TENSOR_TYPE } },
        signal,
      ),
    close: () => requester.close(),
  };
}

/** NexRL's recipes name a host and a port. */
function withScheme(url: string): string {
  return (/^https?:\/\//i.test(url) ? url : `http://${url}`).replace(/\/+$/, '');
}
