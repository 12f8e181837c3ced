import { z } from 'zod';
import {
  createRequester,
  type ErrorReply,
  errorReply,
  parseJson,
  type RawReply,
  type Requester,
} from '../request';
import { backOff, pause } from '../retry';
import { ServiceError } from '../service-error';
import { createHeartbeat } from '../session-heartbeat';
import { SessionReply } from './wire/replies';

export type WeaverConnectionOptions = {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly heartbeatMs?: number;
  readonly maxAttempts?: number;
  /** For one attempt of a call. */
  readonly timeoutMs?: number;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly random?: () => number;
  readonly onMessage?: (message: string) => void;
};

export type WeaverCall<T> = {
  readonly operation: string;
  readonly method?: 'GET' | 'POST';
  /** Below `/api/v1/`. */
  readonly path: string;
  readonly body?: unknown;
  readonly schema: z.ZodType<T>;
};

/** HTTP to one Weaver service: key, and one session with its signs of life. */
export type WeaverConnection = {
  /** Sent again after failures that may pass: for calls that may be done twice. */
  send<T>(call: WeaverCall<T>, signal: AbortSignal): Promise<T>;
  /**
   * Sent again only while the service has surely not begun it. Rejects with an `Unknown` where it may have, since Weaver
   * does not say that it does a numbered request once.
   */
  sendOnce<T>(call: WeaverCall<T>, signal: AbortSignal): Promise<T>;
  ping(signal: AbortSignal): Promise<void>;
  openSession(signal: AbortSignal): Promise<string>;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  close(): void;
};

/** No whole answer came: whether the request was begun is not known. */
export class Unknown extends ServiceError {}

const API = '/api/v1';
export const SERVICE_NAME = 'Weaver';
/** Of the SDK whose wire this client speaks. */
const SDK_VERSION = '1.19.2';
const HEARTBEAT_MS = 30_000;
const REQUEST_TIMEOUT_MS = 60_000;
const ATTEMPTS = 10;

export function createWeaverConnection(options: WeaverConnectionOptions): WeaverConnection {
  const { onMessage = () => undefined, sleep = pause, random = Math.random } = options;
  const maxAttempts = options.maxAttempts ?? ATTEMPTS;
  const calls = createRequester({
    service: SERVICE_NAME,
    baseUrl: options.baseUrl,
    headers: { 'x-weaver-api-key': options.apiKey, 'user-agent': `galley weaver-sdk/${SDK_VERSION}` },
    timeoutMs: options.timeoutMs ?? REQUEST_TIMEOUT_MS,
    maxAttempts,
    translate,
    sleep,
    random,
  });
  const heartbeat = createHeartbeat({ everyMs: options.heartbeatMs ?? HEARTBEAT_MS, onMessage });
  const wireCall = <T>({ path, method = 'POST', ...call }: WeaverCall<T>) => ({
    ...call,
    method,
    path: `${API}/${path}`,
  });

  async function send<T>(call: WeaverCall<T>, signal: AbortSignal): Promise<T> {
    try {
      return await calls.send(wireCall(call), signal);
    } catch (error) {
      // only an answer says that something is gone: a connection that breaks off is a service that is out
      if (!(error instanceof ServiceError) || error.kind !== 'gone' || !error.retryable) throw error;
      throw new ServiceError('refused', error.message, { cause: error });
    }
  }

  return {
    send,
    sleep,
    async sendOnce(call, signal) {
      for (let attempt = 1; ; attempt++) {
        const verdict = await tryOnce(calls, wireCall(call), signal);
        if (verdict.kind === 'value') return verdict.value;
        if (attempt >= maxAttempts) throw verdict.error;
        await sleep(verdict.retryAfterMs ?? backOff(attempt, random()), signal);
      }
    },
    async ping(signal) {
      const call = { operation: 'supported-models', method: 'GET', path: 'supported-models' } as const;
      await calls.send({ ...wireCall({ ...call, schema: z.unknown() }), maxAttempts: 1 }, signal);
    },
    async openSession(signal) {
      heartbeat.stop();
      const body = { tags: ['galley'], user_metadata: {}, sdk_version: SDK_VERSION };
      const { id } = await send(
        { operation: 'sessions', path: 'sessions', body, schema: SessionReply },
        signal,
      );
      const call = { operation: 'heartbeat', path: `sessions/${id}/heartbeat`, schema: z.unknown() };
      heartbeat.start(() => calls.send({ ...wireCall(call), maxAttempts: 1 }, new AbortController().signal));
      return id;
    },
    close() {
      heartbeat.stop();
      calls.close();
    },
  };
}

type Verdict<T> =
  | { readonly kind: 'value'; readonly value: T }
  /** The service has not begun it. */
  | { readonly kind: 'again'; readonly error: ServiceError; readonly retryAfterMs: number | null };

type Once<T> = Omit<WeaverCall<T>, 'method'> & { readonly method: 'GET' | 'POST' };

async function tryOnce<T>(calls: Requester, call: Once<T>, signal: AbortSignal): Promise<Verdict<T>> {
  let reply: RawReply;
  try {
    reply = await calls.once(call, signal);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    if (error.kind === 'refused') return { kind: 'again', error, retryAfterMs: null };
    throw unknown(error.message, error);
  }
  const { status } = reply;
  const where = `${SERVICE_NAME}: ${call.operation}`;
  if (status >= 200 && status < 300) {
    const parsed = call.schema.safeParse(parseJson(reply.body));
    if (parsed.success) return { kind: 'value', value: parsed.data };
    throw unknown(`${where} got a reply of an unexpected form: ${z.prettifyError(parsed.error)}`);
  }
  const refused = errorReply(reply);
  const text = `${where} was refused (HTTP ${status}): ${refused.message}`;
  // turned away at the door: too many requests, or a server that is on its way out
  if (status === 429 || status === 503) {
    const error = new ServiceError('rejected', text, { retryable: true });
    return { kind: 'again', error, retryAfterMs: reply.retryAfterMs };
  }
  if (status >= 500 || status === 408) throw unknown(text);
  throw translate(refused, text) ?? new ServiceError('rejected', text, { retryable: false });
}

function unknown(message: string, cause?: unknown): Unknown {
  return new Unknown('timeout', message, { cause });
}

/** What a status means to a run; null = decide as everywhere. */
function translate({ status }: ErrorReply, message: string): ServiceError | null {
  if (status === 401 || status === 403) {
    const help = 'Check WEAVER_API_KEY (galley secrets set WEAVER_API_KEY).';
    return new ServiceError('rejected', `${message} ${help}`, { retryable: false });
  }
  if (status === 402) {
    return new ServiceError('rejected', `${message} The account's quota is used up.`, { retryable: false });
  }
  if (status === 404 || status === 410) return new ServiceError('gone', message, { retryable: false });
  return null;
}
