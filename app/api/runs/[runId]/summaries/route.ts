import { apiHandler, runIdOf } from '@/app/_server/api-handler';

export const GET = apiHandler(async ({ stores, params }) => ({
  series: await stores.metricStore.summaries(runIdOf({ params })),
}));
