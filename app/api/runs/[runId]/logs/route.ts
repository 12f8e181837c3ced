import { z } from 'zod';
import { apiHandler, parseCall, runIdOf } from '@/app/_server/api-handler';

const Query = z.object({
  before: z.coerce.number().int().positive().optional(),
  limit: z.coerce.number().int().min(1).max(2000).default(200),
});

export const GET = apiHandler(async ({ stores, params, query }) => {
  const { before, limit } = parseCall(Query, query);
  const events = await stores.runStore.logs(runIdOf({ params }), {
    limit,
    ...(before === undefined ? {} : { before }),
  });
  return { events, hasOlder: events.length === limit };
});
