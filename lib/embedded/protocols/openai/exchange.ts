import type { ProtocolReply, ProtocolRequest } from '@/lib/embedded/protocol';
import { Refusal } from '@/lib/embedded/refusal';
import type { Tokenizer } from '@/lib/embedded/tokenizer';
import type { ServedServer } from './served-models';

/** A request to one server, with its body as parsed JSON (null without one). */
export type Exchange = {
  readonly server: ServedServer;
  readonly request: ProtocolRequest;
  readonly body: unknown;
  readonly tokenizer: Tokenizer;
};

/** Handlers by method and path, e.g. `POST generate`. */
export type Operations = Readonly<
  Record<string, ((exchange: Exchange) => Promise<ProtocolReply> | ProtocolReply) | undefined>
>;

/** The name that the answer carries; clients that name no model get the first. */
export function modelNamed(name: string | null | undefined, { names }: ServedServer): string {
  const [first = ''] = names;
  if (name == null || name === '' || names.includes(name)) return name == null || name === '' ? first : name;
  throw new Refusal(
    'no_model',
    `The model ${name} does not exist here; there are ${names.join(', ')}. To let the embedded model stand in for it, start the service with --stand-in ${name}.`,
  );
}

/** Server-sent events that are all known when the answer begins: the embedded model computes whole batches. */
export function eventStream(events: readonly unknown[]): ProtocolReply {
  const lines = [...events.map((event) => JSON.stringify(event)), '[DONE]'];
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' },
    body: Buffer.from(lines.map((line) => `data: ${line}\n\n`).join('')),
  };
}
