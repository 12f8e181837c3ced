import { apiHandler, runIdOf } from '@/app/_server/api-handler';

export const GET = apiHandler(async ({ stores, params }) => {
  const id = runIdOf({ params });
  return {
    train: await stores.trajectoryStore.steps(id, false),
    validation: await stores.trajectoryStore.steps(id, true),
  };
});
