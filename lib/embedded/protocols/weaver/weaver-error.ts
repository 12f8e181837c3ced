import { jsonReply, type ProtocolReply } from '@/lib/embedded/protocol';
import type { TinkerError } from '../tinker/tinker-error';

const CODES: Readonly<Record<number, string>> = {
  401: 'unauthorized',
  404: 'not_found',
  409: 'conflict',
  422: 'invalid_request',
  429: 'rate_limited',
};

/** A refusal in Weaver's terms. Its SDK sends again what is `retryable`. */
export function weaverError({ status, message, category }: TinkerError): ProtocolReply {
  const body = { error: codeOf(status), message, retryable: category === 'server' || status === 429 };
  return jsonReply(status, body, status === 429 ? { 'retry-after': '1' } : {});
}

export const codeOf = (status: number): string => CODES[status] ?? 'internal_error';
