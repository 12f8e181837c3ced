import { z } from 'zod';
import { apiHandler, parseCall } from '@/app/_server/api-handler';
import { openEventStream } from '@/app/_server/event-stream';
import { recipeWatch } from '@/app/_server/recipe-folder';
import { RunIdList } from '@/lib/api-client/run-urls';

const seq = z.coerce.number().int().nonnegative();
const Query = z.object({
  runs: RunIdList.optional(),
  /** Present: tell when the recipes folder changes. */
  recipes: z.literal('1').optional(),
  after: seq.default(0),
});

/** `Last-Event-ID` is what a browser sends when it reconnects by itself; it knows better than the address. */
export const GET = apiHandler(({ stores, query, request }) => {
  const last = request.headers.get('last-event-id');
  const { runs = [], recipes, after } = parseCall(Query, query);
  return openEventStream(stores, {
    runs,
    recipes: recipes === undefined ? null : recipeWatch(),
    after: last === null ? after : parseCall(seq, last),
    signal: request.signal,
  });
});
