import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { createRequester, type ErrorReply, type Payload, type Requester } from '../request';
import { pause } from '../retry';
import { ServiceError } from '../service-error';
import { createHeartbeat } from '../session-heartbeat';
import { ClientConfigReply, CreateSessionReply, HeartbeatReply } from './wire/replies';

export type TinkerConnectionOptions = {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly heartbeatMs?: number;
  /** How long a service may pause for billing (402) before that is an error. */
  readonly maxBillingPauseMs?: number;
  readonly maxAttempts?: number;
  /** For one attempt of a call. */
  readonly timeoutMs?: number;
  /** For one poll; longer than the service lets one wait. */
  readonly pollTimeoutMs?: number;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly random?: () => number;
  /** What the service says to people, and signs of life that failed. */
  readonly onMessage?: (message: string) => void;
};

export type TinkerCall<T> = {
  readonly operation: string;
  readonly method?: 'GET' | 'POST';
  /** Below `/api/v1/`. */
  readonly path: string;
  readonly body?: unknown;
  readonly payload?: Payload;
  readonly headers?: Readonly<Record<string, string>>;
  readonly schema: z.ZodType<T>;
};

/** HTTP to one Tinker service: key, retries that are safe, pauses for billing, and one session with its signs of life. */
export type TinkerConnection = {
  /**
   * Sent again after failures that may pass: only for calls that a service does once however often it gets them, as those
   * with sequence ids. Rejects with `ServiceError`; `gone` = the service does not know the session or model any more.
   */
  send<T>(call: TinkerCall<T>, signal: AbortSignal): Promise<T>;
  /** Is anybody there? Sent once, and waits for nothing. */
  ping(path: string, signal: AbortSignal): Promise<void>;
  /** For polls, which hold a connection each. */
  readonly polls: Pick<Requester, 'once'>;
  /** Ends the session before, if there is one, and begins a new one. */
  openSession(signal: AbortSignal): Promise<{ readonly sessionId: string; readonly config: ClientConfig }>;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  close(): void;
};

export type ClientConfig = z.infer<typeof ClientConfigReply>;

export const API = '/api/v1';
export const SERVICE_NAME = 'Tinker';
/** The SDK whose wire this client speaks: servers choose encodings by it. */
const SDK_VERSION = '0.25.0';
const HEARTBEAT_MS = 10_000;
const HEARTBEAT_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;
const POLL_TIMEOUT_MS = 45_000;
const ATTEMPTS = 10;
const BILLING_PAUSE_MS = 5_000;
const MAX_BILLING_PAUSE_MS = 3_600_000;
/** As many as the SDK has samples under way. */
const MAX_POLLS = 512;

/** The account cannot pay at the moment; a person may change that while the run waits. */
class BillingPause extends ServiceError {}

export function createTinkerConnection(options: TinkerConnectionOptions): TinkerConnection {
  const { onMessage = () => undefined, sleep = pause } = options;
  const { calls, polls } = createRequesters(options, sleep);
  const heartbeat = createHeartbeat({ everyMs: options.heartbeatMs ?? HEARTBEAT_MS, onMessage });

  async function send<T>(call: TinkerCall<T>, signal: AbortSignal): Promise<T> {
    const headers = { ...call.headers, 'x-idempotency-key': randomUUID() };
    const prepared = {
      ...call,
      method: call.method ?? 'POST',
      path: `${API}/${call.path}`,
      headers,
    } as const;
    const most = options.maxBillingPauseMs ?? MAX_BILLING_PAUSE_MS;
    for (let pausedMs = 0; ; pausedMs += BILLING_PAUSE_MS) {
      try {
        return await calls.send(prepared, signal);
      } catch (error) {
        if (!isBillingPause(error) || pausedMs >= most) throw asOutage(error);
        if (pausedMs === 0) onMessage(`${messageOf(error)}. The run waits.`);
        await sleep(BILLING_PAUSE_MS, signal);
      }
    }
  }

  return {
    send,
    polls,
    sleep,
    async ping(path, signal) {
      const call = { operation: path, method: 'GET', path: `${API}/${path}`, maxAttempts: 1 } as const;
      await calls.send({ ...call, schema: z.unknown() }, signal);
    },
    async openSession(signal) {
      heartbeat.stop();
      const version = { sdk_version: SDK_VERSION };
      const config = await configOf(send, version, signal);
      const body = { tags: ['galley'], user_metadata: {}, ...version, type: 'create_session' };
      const reply = await send(
        { operation: 'create_session', path: 'create_session', body, schema: CreateSessionReply },
        signal,
      );
      for (const said of [reply.info_message, reply.warning_message, reply.error_message]) {
        if (said) onMessage(`${SERVICE_NAME}: ${said}`);
      }
      heartbeat.start(beatOf(calls, reply.session_id));
      return { sessionId: reply.session_id, config };
    },
    close() {
      heartbeat.stop();
      calls.close();
      polls.close();
    },
  };
}

function createRequesters(
  options: TinkerConnectionOptions,
  sleep: TinkerConnection['sleep'],
): { readonly calls: Requester; readonly polls: Requester } {
  const common = {
    service: SERVICE_NAME,
    baseUrl: options.baseUrl,
    headers: { 'x-api-key': options.apiKey, 'user-agent': 'galley' },
    sleep,
    ...(options.random === undefined ? {} : { random: options.random }),
  };
  return {
    calls: createRequester({
      ...common,
      timeoutMs: options.timeoutMs ?? REQUEST_TIMEOUT_MS,
      maxAttempts: options.maxAttempts ?? ATTEMPTS,
      translate,
    }),
    polls: createRequester({
      ...common,
      timeoutMs: options.pollTimeoutMs ?? POLL_TIMEOUT_MS,
      maxConnections: MAX_POLLS,
    }),
  };
}

/** Sent once, whatever becomes of it. */
function beatOf(calls: Requester, sessionId: string): () => Promise<unknown> {
  const call = {
    operation: 'session_heartbeat',
    method: 'POST',
    path: `${API}/session_heartbeat`,
    body: { session_id: sessionId, type: 'session_heartbeat' },
    schema: HeartbeatReply,
    timeoutMs: HEARTBEAT_TIMEOUT_MS,
    maxAttempts: 1,
  } as const;
  return () => calls.send(call, new AbortController().signal);
}

/** Older servers have no configuration to tell. */
async function configOf(
  send: TinkerConnection['send'],
  body: unknown,
  signal: AbortSignal,
): Promise<ClientConfig> {
  try {
    return await send(
      { operation: 'client/config', path: 'client/config', body, schema: ClientConfigReply },
      signal,
    );
  } catch (error) {
    if (error instanceof ServiceError && error.kind === 'gone') return {};
    throw error;
  }
}

/** What a status means to a run; null = decide as everywhere. */
function translate({ status }: ErrorReply, message: string): ServiceError | null {
  if (status === 402) return new BillingPause('rejected', message, { retryable: false });
  if (status === 401 || status === 403) {
    const help = 'Check TINKER_API_KEY (galley secrets set TINKER_API_KEY).';
    return new ServiceError('rejected', `${message} ${help}`, { retryable: false });
  }
  // sessions and models live in the service's memory; 410 says so in other words
  if (status === 404 || status === 410) return new ServiceError('gone', message, { retryable: false });
  return null;
}

/** Only an answer says that something is gone: a connection that breaks off is a service that is out. */
function asOutage(error: unknown): unknown {
  if (!(error instanceof ServiceError) || error.kind !== 'gone' || !error.retryable) return error;
  return new ServiceError('refused', error.message, { cause: error });
}

function isBillingPause(error: unknown): boolean {
  return error instanceof BillingPause || (error instanceof Error && error.cause instanceof BillingPause);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
