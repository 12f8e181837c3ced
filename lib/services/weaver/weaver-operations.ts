import type { z } from 'zod';
import { ServiceError } from '../service-error';
import { SERVICE_NAME, type WeaverConnection } from './weaver-connection';
import { OperationReply } from './wire/replies';

export type OperationCall = { readonly operation: string; readonly path: string; readonly body: unknown };

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;
const GROWTH = 1.5;

/** An operation that the service has begun. */
export type Begun = { readonly operation: string; readonly reply: OperationReply };

/** Begins an operation, once: see `WeaverConnection.sendOnce`. */
export async function begin(
  connection: WeaverConnection,
  call: OperationCall,
  signal: AbortSignal,
): Promise<Begun> {
  const reply = await connection.sendOnce({ ...call, schema: OperationReply }, signal);
  return { operation: call.operation, reply };
}

/** Waits for an operation's result. `rejected` = it is wrong, `gone` = the service could not do it. */
export async function finish<T>(
  connection: WeaverConnection,
  { operation, reply: first }: Begun,
  { schema, signal }: { readonly schema: z.ZodType<T>; readonly signal: AbortSignal },
): Promise<T> {
  let reply = first;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * GROWTH, LONGEST_PAUSE_MS)) {
    if (reply.status === 'error') throw failed(operation, reply);
    if (reply.status === 'done') break;
    await connection.sleep(pauseMs, signal);
    const path = `operations/${reply.id}`;
    reply = await connection.send({ operation, method: 'GET', path, schema: OperationReply }, signal);
  }
  const parsed = schema.safeParse(reply.response);
  if (parsed.success) return parsed.data;
  const message = `${SERVICE_NAME}: ${operation} got a result of an unexpected form: ${parsed.error.message}`;
  throw new ServiceError('protocol', message);
}

function failed(operation: string, reply: OperationReply): ServiceError {
  const { id, error, error_code: code, error_message: said, retryable } = reply;
  const text = [code ?? error, said].filter((part) => part).join(': ') || 'no reason was given';
  // what went wrong on their side leaves the model in an unknown state
  const kind = retryable === true ? 'gone' : 'rejected';
  return new ServiceError(kind, `${SERVICE_NAME}: ${operation} failed (operation ${id}): ${text}`, {
    retryable: false,
  });
}

export async function run<T>(
  connection: WeaverConnection,
  call: OperationCall,
  wanted: { readonly schema: z.ZodType<T>; readonly signal: AbortSignal },
): Promise<T> {
  return await finish(connection, await begin(connection, call, wanted.signal), wanted);
}
