import { z } from 'zod';
import { apiHandler, parseCall } from '@/app/_server/api-handler';
import { listRuns } from '@/app/_server/run-list';
import { StatusFilter } from '@/lib/api-client/run-urls';

const Query = z.object({ q: z.string().default(''), status: StatusFilter });

export const GET = apiHandler(async ({ stores, query }) => {
  const { q, status } = parseCall(Query, query);
  return listRuns(stores, { search: q, status });
});
