import { apiHandler, runIdOf } from '@/app/_server/api-handler';
import { readHealth } from '@/lib/health/read-health';

export const GET = apiHandler(({ stores: { runStore, metricStore }, params }) =>
  readHealth({ runStore, metrics: metricStore }, runIdOf({ params }), Date.now()),
);
