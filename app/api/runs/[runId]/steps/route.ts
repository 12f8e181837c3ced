import { apiHandler, runIdOf } from '@/app/_server/api-handler';
import { rolloutSteps } from '@/app/_server/rollout-steps';

export const GET = apiHandler(({ stores, params }) =>
  rolloutSteps(stores.trajectoryStore, runIdOf({ params })),
);
