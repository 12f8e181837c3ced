import type { ProtocolReply } from '@/lib/embedded/protocol';
import type { Exchange } from '../tinker/exchange';

/** Answers a request; `id` is the part of the path that stands for one, or empty. */
export type Handler = (exchange: Exchange, id: string) => Promise<ProtocolReply> | ProtocolReply;

/** By method and path; `:id` stands for any part. */
export type Routes = Readonly<Record<string, Handler | undefined>>;

export function findRoute(
  routes: Routes,
  { method, path }: Exchange['request'],
): { readonly handler: Handler; readonly id: string } | null {
  const [first = '', id, ...rest] = path;
  const named = [first, ...(id === undefined ? [] : [':id']), ...rest].join('/');
  const exact = routes[`${method} ${path.join('/')}`];
  const handler = exact ?? routes[`${method} ${named}`];
  return handler === undefined ? null : { handler, id: exact === undefined ? (id ?? '') : '' };
}
