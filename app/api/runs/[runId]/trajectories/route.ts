import { z } from 'zod';
import { apiHandler, parseCall, runIdOf } from '@/app/_server/api-handler';
import { ROLLOUT_LIMIT, RolloutSort } from '@/lib/api-client/trajectories';

const Query = z.object({
  step: z.coerce.number().int().nonnegative(),
  validation: z.stringbool().default(false),
  group: z.string().max(200).optional(),
  sort: RolloutSort.default('order'),
  limit: z.coerce.number().int().min(1).max(ROLLOUT_LIMIT).default(200),
  offset: z.coerce.number().int().nonnegative().default(0),
});

export const GET = apiHandler(async ({ stores, params, query }) => {
  const { group, ...rest } = parseCall(Query, query);
  const ofGroup = group === undefined ? {} : { group };
  return stores.trajectoryStore.list({ runId: runIdOf({ params }), ...rest, ...ofGroup });
});
