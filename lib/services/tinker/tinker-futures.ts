import type { z } from 'zod';
import { errorReply, parseJson, type RawReply } from '../request';
import { backOff } from '../retry';
import { ServiceError } from '../service-error';
import { API, SERVICE_NAME, type TinkerConnection } from './tinker-connection';
import { FailedReply, MetadataReply, TryAgainReply } from './wire/replies';
import { WireError } from './wire/wire-error';

/** What an operation's result is, in the encodings that it may come in. */
export type ResultKind<T> = {
  /** As the SDK names it in `X-Tinker-Request-Type`. */
  readonly name: string;
  readonly schema: z.ZodType<T>;
  readonly fromProto?: (bytes: Uint8Array) => T;
};

/** The service has forgotten the result; the request itself must be sent again. */
export class ResultGone extends Error {}

export type FutureOptions = {
  /** No whole answer for so long is an error. */
  readonly maxSilenceMs: number;
  readonly now: () => number;
  readonly random: () => number;
};

const PROTOBUF = 'application/x-protobuf';
/** A poll that is answered "not yet" at once, instead of after a while, is not sent again at once. */
const SHORTEST_POLL_MS = 100;
const MAX_BAD_REQUESTS = 3;
const BILLING_PAUSE_MS = 5_000;
const MAX_BILLING_PAUSES = 720;

/** What to do after an answer: it is a value, or there is a pause before the next poll. */
type Verdict<T> =
  | { readonly kind: 'value'; readonly value: T }
  | {
      readonly kind: 'again';
      readonly pauseMs: number;
      readonly counts: 'nothing' | 'failure' | 'bad' | 'billing';
    }
  | { readonly kind: 'whole' };

/**
 * Waits for the result of an operation. Throws `ResultGone`, or a `ServiceError`: `rejected` = the operation is wrong, `gone`
 * = the service could not do it or has no such model, `timeout` = nobody answers.
 */
export async function awaitResult<T>(
  connection: TinkerConnection,
  { requestId, kind, signal, options }: AwaitedResult<T>,
): Promise<T> {
  const failures = { failure: 0, bad: 0, billing: 0, nothing: 0 };
  let heardAt = options.now();
  let metadataOnly = true;
  for (let iteration = 0; ; iteration++) {
    const askedAt = options.now();
    const reply = await poll(connection, { requestId, kind, signal, iteration, metadataOnly });
    const verdict = reply instanceof ServiceError ? null : judge(reply, { kind, requestId, metadataOnly });
    if (verdict === null || (verdict.kind === 'again' && verdict.counts === 'failure')) {
      failures.failure += 1;
      const silentMs = options.now() - heardAt;
      if (silentMs >= options.maxSilenceMs)
        throw silent(kind.name, reply, { silentMs, polls: iteration + 1 });
      await connection.sleep(backOff(failures.failure, options.random()), signal);
      continue;
    }
    heardAt = options.now();
    failures.failure = 0;
    if (verdict.kind === 'value') return verdict.value;
    if (verdict.kind === 'whole') {
      metadataOnly = false;
      continue;
    }
    failures[verdict.counts] += 1;
    if (failures.bad > MAX_BAD_REQUESTS || failures.billing > MAX_BILLING_PAUSES) {
      throw refused(kind.name, reply, 'rejected');
    }
    const pauseMs = Math.max(verdict.pauseMs, SHORTEST_POLL_MS - (options.now() - askedAt));
    if (pauseMs > 0) await connection.sleep(pauseMs, signal);
  }
}

export type AwaitedResult<T> = {
  readonly requestId: string;
  readonly kind: ResultKind<T>;
  readonly signal: AbortSignal;
  readonly options: FutureOptions;
};

type Poll = Omit<AwaitedResult<unknown>, 'options'> & {
  readonly iteration: number;
  readonly metadataOnly: boolean;
};

/** The answer, or why there is none. */
async function poll(connection: TinkerConnection, asked: Poll): Promise<RawReply | ServiceError> {
  const { requestId, kind, signal, iteration, metadataOnly } = asked;
  const accept = kind.fromProto === undefined ? 'application/json' : `${PROTOBUF}, application/json`;
  try {
    return await connection.polls.once(
      {
        operation: kind.name,
        method: 'POST',
        path: `${API}/retrieve_future`,
        body: { request_id: requestId, allow_metadata_only: metadataOnly },
        headers: {
          accept,
          'x-tinker-request-iteration': String(iteration),
          'x-tinker-request-type': kind.name,
        },
      },
      signal,
    );
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
}

type Judged<T> = Pick<AwaitedResult<T>, 'kind' | 'requestId'> & { readonly metadataOnly: boolean };

function judge<T>(reply: RawReply, { kind, requestId, metadataOnly }: Judged<T>): Verdict<T> {
  const { status } = reply;
  if (status >= 200 && status < 300) return read(reply, kind, metadataOnly);
  if (status === 408) return { kind: 'again', pauseMs: 0, counts: 'nothing' };
  if (status === 410)
    throw new ResultGone(`${SERVICE_NAME}: the result of ${kind.name} ${requestId} is gone`);
  if (status === 404) throw refused(kind.name, reply, 'gone');
  if (status === 402) return { kind: 'again', pauseMs: BILLING_PAUSE_MS, counts: 'billing' };
  if (status === 400) return { kind: 'again', pauseMs: SHORTEST_POLL_MS, counts: 'bad' };
  if (status === 429) return { kind: 'again', pauseMs: reply.retryAfterMs ?? 1000, counts: 'nothing' };
  if (status >= 500) return { kind: 'again', pauseMs: 0, counts: 'failure' };
  throw refused(kind.name, reply, 'rejected');
}

function read<T>(reply: RawReply, kind: ResultKind<T>, metadataOnly: boolean): Verdict<T> {
  if (reply.contentType.startsWith(PROTOBUF) && kind.fromProto !== undefined) {
    return { kind: 'value', value: readProto(kind, kind.fromProto, reply.body) };
  }
  const json = parseJson(reply.body);
  if (TryAgainReply.safeParse(json).success) return { kind: 'again', pauseMs: 0, counts: 'nothing' };
  if (MetadataReply.safeParse(json).success) {
    return metadataOnly ? { kind: 'whole' } : { kind: 'again', pauseMs: 0, counts: 'failure' };
  }
  const failed = FailedReply.safeParse(json);
  if (failed.success) {
    const { error, category } = failed.data;
    // what went wrong on their side leaves the model in an unknown state
    throw new ServiceError(
      category === 'user' ? 'rejected' : 'gone',
      `${SERVICE_NAME}: ${kind.name} failed: ${error}`,
      {
        retryable: false,
      },
    );
  }
  const parsed = kind.schema.safeParse(json);
  if (parsed.success) return { kind: 'value', value: parsed.data };
  throw new ServiceError(
    'protocol',
    `${SERVICE_NAME}: ${kind.name} got a result of an unexpected form: ${parsed.error.message}`,
  );
}

function readProto<T>(kind: ResultKind<T>, fromProto: (bytes: Uint8Array) => T, body: Buffer): T {
  try {
    return fromProto(body);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new ServiceError('protocol', `${SERVICE_NAME}: ${kind.name}: ${error.message}`, { cause: error });
  }
}

function refused(name: string, reply: RawReply | ServiceError, kind: 'rejected' | 'gone'): ServiceError {
  if (reply instanceof ServiceError) return reply;
  const { status, message } = errorReply(reply);
  const text = `${SERVICE_NAME}: ${name} was refused (HTTP ${status}): ${message}`;
  return new ServiceError(kind, text, { retryable: false });
}

type Silence = { readonly silentMs: number; readonly polls: number };

/** Whether the operation was done is unknown; the same request, asked for again, is still the same. */
function silent(name: string, last: RawReply | ServiceError, { silentMs, polls }: Silence): ServiceError {
  const why = last instanceof ServiceError ? last.message : `HTTP ${last.status}`;
  const text = `${SERVICE_NAME}: the result of ${name} did not come: no answer for ${Math.round(silentMs / 1000)} s (attempt ${polls}): ${why}`;
  return new ServiceError('timeout', text, { cause: last });
}
