import 'server-only';
import { dehydrate, type DehydratedState, QueryClient } from '@tanstack/react-query';

/** What the server knows already, in the form in which the browser's cache takes it over. */
export function withQueries(fill: (client: QueryClient) => unknown): DehydratedState {
  const client = new QueryClient();
  fill(client);
  return dehydrate(client);
}
