import { jsonReply, type ProtocolReply } from '@/lib/embedded/protocol';
import { type Exchange, fingerprintOf } from '../tinker/exchange';
import type { FutureResult, Futures } from '../tinker/futures';
import { codeOf } from './weaver-error';

/** Operations of Weaver: begun by a request, looked at by their id. */
export type WeaverOperations = {
  /** `owner` and `seqId` begin an operation once; without a number every request is another. */
  begin(
    exchange: Exchange,
    address: { readonly owner: string; readonly seqId: number | null },
    prepare: () => () => Promise<FutureResult>,
  ): ProtocolReply;
  look(id: string, signal: AbortSignal): Promise<ProtocolReply>;
};

export function createWeaverOperations(futures: Futures): WeaverOperations {
  return {
    begin(exchange, { owner, seqId }, prepare) {
      const once = seqId === null ? null : { key: `${owner}#${seqId}`, fingerprint: fingerprintOf(exchange) };
      const id = (once === null ? null : futures.known(once)) ?? futures.submit(prepare(), once);
      return jsonReply(202, { id, status: 'pending' });
    },
    async look(id, signal) {
      const answer = await futures.retrieve(id, signal);
      switch (answer.state) {
        case 'pending':
          return jsonReply(200, { id, status: 'running' });
        case 'done':
          return jsonReply(200, { id, status: 'done', response: answer.result.json });
        case 'failed': {
          const isUsers = answer.category === 'user';
          const said = {
            error: 'operation_failed',
            error_code: codeOf(isUsers ? 422 : 500),
            error_message: answer.error,
            retryable: !isUsers,
          };
          return jsonReply(200, { id, status: 'error', ...said });
        }
      }
    },
  };
}
