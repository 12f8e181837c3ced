import type { IncomingHttpHeaders } from 'node:http';
import type { Refusal } from './refusal';

/** A request from this machine; who sent it is for the protocol to find out. */
export type ProtocolRequest = {
  readonly method: string;
  /** Path parts after the protocol's prefix, decoded. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The whole body, bounded; call it after checking who asks. */
  readonly readBody: () => Promise<Buffer>;
  /** Aborts when the client hangs up. */
  readonly signal: AbortSignal;
};

export type ProtocolReply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
};

/**
 * One language that the service speaks, mounted below its prefix. It lets in who holds its key, parses requests, and calls
 * the model registry; a `Refusal` becomes the error reply that `refuse` words.
 */
export type Protocol = {
  readonly prefix: string;
  handle(request: ProtocolRequest): Promise<ProtocolReply>;
  refuse(refusal: Refusal): ProtocolReply;
};

export function jsonReply(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): ProtocolReply {
  const bytes = Buffer.from(JSON.stringify(body));
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: bytes };
}

/** The error reply of Galley's own protocol, and of what belongs to none. */
export function wordRefusal(refusal: Refusal): ProtocolReply {
  return jsonReply(refusal.httpStatus, { error: { code: refusal.code, message: refusal.message } });
}
