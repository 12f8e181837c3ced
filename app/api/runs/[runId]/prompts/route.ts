import { z } from 'zod';
import { apiHandler, parseCall, runIdOf } from '@/app/_server/api-handler';

const Query = z.object({
  step: z.coerce.number().int().nonnegative(),
  validation: z.stringbool().default(false),
});

export const GET = apiHandler(async ({ stores, params, query }) => ({
  prompts: await stores.trajectoryStore.prompts({
    runId: runIdOf({ params }),
    ...parseCall(Query, query),
  }),
}));
