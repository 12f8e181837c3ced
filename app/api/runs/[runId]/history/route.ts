import { apiHandler, runIdOf } from '@/app/_server/api-handler';

export const GET = apiHandler(async ({ stores, params }) => {
  const id = runIdOf({ params });
  return { attempts: await stores.runStore.attempts(id), checkpoints: await stores.runStore.checkpoints(id) };
});
