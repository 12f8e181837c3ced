import { z } from 'zod';
import { apiHandler, parseCall } from '@/app/_server/api-handler';
import { listRuns } from '@/app/_server/run-list';
import { RUNS_PER_PAGE, RunsView } from '@/lib/api-client/run-urls';

const Query = RunsView.extend({
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(RUNS_PER_PAGE).default(RUNS_PER_PAGE),
});

export const GET = apiHandler(async ({ stores, query }) => listRuns(stores, parseCall(Query, query)));
