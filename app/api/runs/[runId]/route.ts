import { apiHandler, runIdOf } from '@/app/_server/api-handler';

export const GET = apiHandler(async ({ stores, params }) => ({
  run: await stores.runStore.get(runIdOf({ params })),
}));
