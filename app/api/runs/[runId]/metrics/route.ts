import { z } from 'zod';
import { apiHandler, parseCall, runIdOf } from '@/app/_server/api-handler';

const step = z.coerce.number().int().nonnegative();
const Query = z.object({
  keys: z
    .string()
    .default('')
    .transform((text) => text.split(',').filter((key) => key !== ''))
    .pipe(z.array(z.string().max(200)).max(500)),
  from: step.optional(),
  to: step.optional(),
  width: z.coerce.number().int().min(1).max(20_000).default(400),
});

export const GET = apiHandler(async ({ stores, params, query }) => {
  const { keys, from, to, width } = parseCall(Query, query);
  return stores.metricStore.ranges({
    runId: runIdOf({ params }),
    keys,
    width,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  });
});
