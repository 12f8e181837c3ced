import { z } from 'zod';
import { apiHandler, parseCall } from '@/app/_server/api-handler';
import { runQueryOf } from '@/app/_server/run-list';
import { RunsView } from '@/lib/api-client/run-urls';
import { runColumnOf } from '@/lib/domain/run-column';

const Query = RunsView.pick({ q: true, status: true }).extend({
  by: z.string().min(1),
  metric: z.string().min(1),
});

export const GET = apiHandler(async ({ stores, query }) => {
  const { by, metric, ...view } = parseCall(Query, query);
  const groups = await stores.runTable.groups({ query: runQueryOf(view), by: runColumnOf(by), metric });
  return { groups };
});
