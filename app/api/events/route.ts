import { z } from 'zod';
import { apiHandler, parseCall } from '@/app/_server/api-handler';
import { openEventStream } from '@/app/_server/event-stream';
import { RunIdList } from '@/lib/api-client/run-urls';

const seq = z.coerce.number().int().nonnegative();
const Query = z.object({ runs: RunIdList, after: seq.default(0) });

/** `Last-Event-ID` is what a browser sends when it reconnects by itself; it knows better than the address. */
export const GET = apiHandler(({ stores, query, request }) => {
  const last = request.headers.get('last-event-id');
  const { runs, after } = parseCall(Query, query);
  return openEventStream(stores, {
    runs,
    after: last === null ? after : parseCall(seq, last),
    signal: request.signal,
  });
});
