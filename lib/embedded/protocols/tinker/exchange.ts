import { createHash } from 'node:crypto';
import { jsonReply, type ProtocolReply, type ProtocolRequest } from '@/lib/embedded/protocol';
import { parseJsonBody } from '@/lib/embedded/read-body';
import { unpackZstd } from '@/lib/services/tinker/wire/zstd';
import type { FutureResult } from './futures';
import { TinkerError } from './tinker-error';

export const PROTOBUF = 'application/x-protobuf';

/** A request with its body at hand. */
export type Exchange = {
  readonly request: ProtocolRequest;
  /** Unpacked. */
  readonly bytes: Buffer;
  readonly isProtobuf: boolean;
  /** Parsed JSON; null without a body, or with one in protobuf. */
  readonly json: unknown;
};

/** Handlers by method and path, e.g. `POST optim_step`. */
export type Operations = Readonly<
  Record<string, ((exchange: Exchange) => Promise<ProtocolReply> | ProtocolReply) | undefined>
>;

/** Bodies are bounded packed and unpacked. */
const MAX_UNPACKED_BYTES = 512 * 1024 * 1024;

export async function openExchange(request: ProtocolRequest): Promise<Exchange> {
  const raw = await request.readBody();
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'zstd' && encoding !== 'identity') {
    throw new TinkerError(415, `The body is packed with ${encoding}; zstd is taken, or none.`);
  }
  const bytes = encoding === 'zstd' ? Buffer.from(unpackZstd(raw, MAX_UNPACKED_BYTES)) : raw;
  const type = request.headers['content-type'];
  const isProtobuf = type === PROTOBUF;
  return { request, bytes, isProtobuf, json: isProtobuf ? null : parseJsonBody(bytes, type) };
}

export function fingerprintOf({ request, bytes }: Exchange): string {
  return createHash('sha256').update(request.path.join('/')).update('\0').update(bytes).digest('base64');
}

/** In protobuf where the client takes it and there is such a form. */
export function resultReply({ headers }: ProtocolRequest, { json, proto }: FutureResult): ProtocolReply {
  if (proto === undefined || headers.accept?.includes(PROTOBUF) !== true) return jsonReply(200, json);
  return { status: 200, headers: { 'content-type': PROTOBUF }, body: proto() };
}

/** Clients send again what was refused with 408, 409, 429 and 5xx, unless they are told not to. */
export function errorReply({ status, message, category }: TinkerError): ProtocolReply {
  const isFinal = category === 'user' && status !== 429;
  return jsonReply(
    status,
    { error: message, category },
    { ...(isFinal ? { 'x-should-retry': 'false' } : {}), ...(status === 429 ? { 'retry-after': '1' } : {}) },
  );
}
