import http from 'node:http';
import https from 'node:https';
import { z } from 'zod';
import { onAbort } from '@/lib/shared/on-abort';
import { pause, withRetries } from './retry';
import { retryAfterOf } from './retry-after';
import { ServiceError } from './service-error';

/** An answer that is not 2xx. `code` and `message` are the server's own where it sent `{error: {code, message}}`. */
export type ErrorReply = {
  readonly status: number;
  readonly code: string | null;
  readonly message: string;
  /** What the server asked for with `Retry-After`; null = nothing. */
  readonly retryAfterMs: number | null;
};

export type Call<T> = {
  /** Name in error messages, e.g. `trainStep`. */
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly payload?: Payload;
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of the requester's own. */
  readonly maxAttempts?: number;
  /** The body as data for `schema`, where it is not JSON; undefined = it has no such form. */
  readonly decode?: (body: Buffer) => unknown;
  readonly schema: z.ZodType<T>;
  /** For one attempt, from connecting to the last byte of the reply. */
  readonly timeoutMs?: number;
};

export type Payload = { readonly contentType: string; readonly bytes: Buffer };

/** An answer as it came, whatever its status. */
export type RawReply = {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly contentType: string;
  readonly body: Buffer;
  readonly retryAfterMs: number | null;
};

export type RawCall = Omit<Call<never>, 'schema' | 'decode' | 'maxAttempts'>;

export type RequesterOptions = {
  /** Name of the service in error messages. */
  readonly service: string;
  readonly baseUrl: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** Attempts in all. Every call through a requester is sent again after a retryable failure: make it idempotent. */
  readonly maxAttempts?: number;
  /** Lets a backend say what one of its refusals means; null = decide by the status. */
  readonly translate?: (reply: ErrorReply, message: string) => ServiceError | null;
  /** An answer of an unexpected form is asked for again: something on the way may have spoilt it. */
  readonly retryUnreadable?: boolean;
  readonly maxReplyBytes?: number;
  /** Connections at once; what is more waits for one. */
  readonly maxConnections?: number;
  /** Closes a kept connection before the server does, so that no request meets a closing one. */
  readonly idleConnectionMs?: number;
  /** Sees the headers of every whole reply. */
  readonly onReply?: (headers: http.IncomingHttpHeaders) => void;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
};

export type Requester = {
  /** Rejects with `ServiceError`, or with the signal's reason. */
  send<T>(call: Call<T>, signal: AbortSignal): Promise<T>;
  /** One attempt, for callers that know what each status means. Rejects as `send` when no whole answer came. */
  once(call: RawCall, signal: AbortSignal): Promise<RawReply>;
  close(): void;
};

const DEFAULT_TIMEOUT_MS = 60_000;
const DEFAULT_ATTEMPTS = 4;
/** A reply larger than this is a fault, not data: it would be parsed in memory as a whole. */
const MAX_REPLY_BYTES = 256 * 1024 * 1024;
/** Connections to one service; a coalescing client needs few, an uncoalesced one queues here instead of exhausting ports. */
const MAX_SOCKETS = 64;
const WORTH_RETRYING = new Set([408, 429, 500, 502, 503, 504]);

/** HTTP with JSON to one service: time-outs, retries with jittered back-off, cancellation, replies parsed with zod. */
export function createRequester(options: RequesterOptions): Requester {
  const base = new URL(options.baseUrl);
  const client = base.protocol === 'https:' ? https : http;
  const maxSockets = options.maxConnections ?? MAX_SOCKETS;
  const agent = new client.Agent({
    keepAlive: true,
    maxSockets,
    // by default all but 256 of those that are free at once are closed, and opened again a moment later
    maxFreeSockets: maxSockets,
    ...(options.idleConnectionMs === undefined ? {} : { timeout: options.idleConnectionMs }),
  });
  const maxAttempts = options.maxAttempts ?? DEFAULT_ATTEMPTS;
  const sleep = options.sleep ?? pause;
  const random = options.random ?? Math.random;

  async function once(call: RawCall, payload: Payload | null, signal: AbortSignal): Promise<RawReply> {
    signal.throwIfAborted();
    try {
      const reply = await exchange(signal, call, payload);
      options.onReply?.(reply.headers);
      return reply;
    } catch (error) {
      signal.throwIfAborted();
      throw transportError(options.service, call.operation, error);
    }
  }

  function exchange(signal: AbortSignal, call: RawCall, payload: Payload | null): Promise<RawReply> {
    const url = new URL(base.pathname.replace(/\/$/, '') + call.path, base);
    const headers = headersOf(options.headers, call.headers, payload);
    return new Promise<RawReply>((resolve, reject) => {
      const request = client.request(url, { method: call.method, headers, agent });
      const hangUp = (reason: Error): void => {
        reject(reason);
        request.destroy();
      };
      // one timer and one listener per request: thousands of composed signals keep the garbage collector busy
      const timeoutMs = call.timeoutMs ?? options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
      const timer = setTimeout(() => hangUp(TIMED_OUT), timeoutMs);
      const forget = onAbort(signal, () => hangUp(HUNG_UP));
      request.once('close', () => {
        clearTimeout(timer);
        forget();
      });
      request.on('error', reject);
      request.on('response', (response) => {
        collect(response, options.maxReplyBytes ?? MAX_REPLY_BYTES).then(resolve, hangUp);
      });
      request.end(payload?.bytes);
    });
  }

  return {
    async send<T>(call: Call<T>, signal: AbortSignal): Promise<T> {
      const payload = payloadOf(call);
      const attempt = async (): Promise<T> => readReply(options, call, await once(call, payload, signal));
      const attempts = call.maxAttempts ?? maxAttempts;
      return await withRetries(attempt, { maxAttempts: attempts, sleep, random }, signal);
    },
    once: (call, signal) => once(call, payloadOf(call), signal),
    close: () => agent.destroy(),
  };
}

function payloadOf({ body, payload }: RawCall): Payload | null {
  if (payload !== undefined) return payload;
  if (body === undefined) return null;
  return { contentType: 'application/json', bytes: Buffer.from(JSON.stringify(body)) };
}

function headersOf(
  usual: Readonly<Record<string, string>> | undefined,
  own: Readonly<Record<string, string>> | undefined,
  payload: Payload | null,
): Readonly<Record<string, string | number>> {
  const headers = { ...usual, accept: 'application/json', ...own };
  if (payload === null) return headers;
  const { contentType, bytes } = payload;
  return { ...headers, 'content-type': contentType, 'content-length': bytes.byteLength };
}

/** Rejects with a `ServiceError` as soon as the reply is too large, and when it is cut short. */
function collect(response: http.IncomingMessage, maxBytes: number): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    response.on('data', (chunk: Buffer) => {
      size += chunk.byteLength;
      chunks.push(chunk);
      if (size > maxBytes) {
        reject(
          new ServiceError('protocol', `The reply is larger than ${maxBytes} bytes`, { retryable: false }),
        );
      }
    });
    response.on('error', reject);
    response.on('end', () =>
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        contentType: response.headers['content-type'] ?? '',
        body: chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks),
        retryAfterMs: retryAfterOf(response.headers),
      }),
    );
  });
}

function readReply<T>(options: RequesterOptions, call: Call<T>, reply: RawReply): T {
  const where = `${options.service}: ${call.operation}`;
  if (reply.status < 200 || reply.status > 299) {
    const refused = errorReply(reply);
    const message = `${where} was refused (HTTP ${reply.status}): ${refused.message}`;
    throw (
      options.translate?.(refused, message) ??
      new ServiceError('rejected', message, {
        retryable: WORTH_RETRYING.has(reply.status),
        retryAfterMs: refused.retryAfterMs,
        status: reply.status,
      })
    );
  }
  const parsed = call.schema.safeParse((call.decode ?? parseJson)(reply.body));
  if (parsed.success) return parsed.data;
  const message = `${where} got a reply of an unexpected form: ${z.prettifyError(parsed.error)}`;
  throw new ServiceError('protocol', message, { retryable: options.retryUnreadable ?? false });
}

const ErrorCode = z.union([z.string(), z.number().transform(String)]).nullish();

/** What servers put around their words: ours and OpenAI's, Weaver's, Tinker's, FastAPI's, and SGLang's. */
const ErrorBody = z.union([
  z
    .object({ error: z.object({ code: ErrorCode, message: z.string() }) })
    .transform(({ error: { code, message } }) => ({ code: code ?? null, message })),
  z
    .object({ error: z.string(), message: z.string() })
    .transform(({ error, message }) => ({ code: error, message })),
  z
    .object({ error: z.string(), category: z.string().nullish() })
    .transform(({ error, category }) => ({ code: category ?? null, message: error })),
  z.object({ detail: z.string() }).transform(({ detail }) => ({ code: null, message: detail })),
  z.object({ message: z.string() }).transform(({ message }) => ({ code: null, message })),
]);

export function errorReply(reply: RawReply): ErrorReply {
  const parsed = ErrorBody.safeParse(parseJson(reply.body));
  return {
    status: reply.status,
    code: parsed.success ? parsed.data.code : null,
    message: parsed.success ? parsed.data.message : reply.body.toString('utf8', 0, 500),
    retryAfterMs: reply.retryAfterMs,
  };
}

export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    // not JSON: no schema accepts undefined, so the caller reports it as a reply of an unexpected form
    return undefined;
  }
}

const TIMED_OUT = new Error('timed out');
/** Whoever aborted is told the reason of the signal instead. */
const HUNG_UP = new Error('hung up');
const NEVER_ARRIVED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

function transportError(service: string, operation: string, failure: unknown): ServiceError {
  const where = `${service}: ${operation}`;
  if (failure === TIMED_OUT) return new ServiceError('timeout', `${where} took longer than its time limit`);
  if (failure instanceof ServiceError) {
    return new ServiceError(failure.kind, `${where}: ${failure.message}`, { retryable: failure.retryable });
  }
  const code = failure instanceof Error && 'code' in failure ? String(failure.code) : '';
  const detail = failure instanceof Error ? failure.message : String(failure);
  if (NEVER_ARRIVED.has(code)) {
    return new ServiceError('refused', `${where} could not connect: ${detail}`, { cause: failure });
  }
  return new ServiceError('gone', `${where} lost its connection: ${detail}`, {
    cause: failure,
    retryable: true,
  });
}
