import { jsonReply, type ProtocolReply } from '@/lib/embedded/protocol';
import { type Exchange, fingerprintOf } from './exchange';
import type { FutureResult, Futures } from './futures';

export type Address = {
  /** The model's or the sampling session's id. */
  readonly owner: string;
  readonly seqId: number | null;
};

/**
 * Begins an operation and answers with the id of its result. The same owner and sequence id begin it once. `prepare` throws
 * what is wrong with the request, and gives the work.
 */
export type Begin = (
  exchange: Exchange,
  address: Address,
  prepare: () => () => Promise<FutureResult>,
) => ProtocolReply;

export function submitTo(futures: Futures): Begin {
  return (exchange, { owner, seqId }, prepare) => {
    const once = seqId === null ? null : { key: `${owner}#${seqId}`, fingerprint: fingerprintOf(exchange) };
    const id = (once === null ? null : futures.known(once)) ?? futures.submit(prepare(), once);
    return jsonReply(200, { request_id: id, model_id: owner });
  };
}
