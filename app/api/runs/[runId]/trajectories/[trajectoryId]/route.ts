import { z } from 'zod';
import { apiHandler, parseCall, runIdOf } from '@/app/_server/api-handler';

const Params = z.object({ trajectoryId: z.coerce.number().int().positive() });

export const GET = apiHandler(async ({ stores, params }) =>
  stores.trajectoryStore.get(runIdOf({ params }), parseCall(Params, params).trajectoryId),
);
