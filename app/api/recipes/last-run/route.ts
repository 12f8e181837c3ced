import { z } from 'zod';
import { apiHandler, parseCall } from '@/app/_server/api-handler';

const Query = z.object({ recipe: z.string(), variant: z.string() });
const RECENT_RUNS = 500;

/** The newest run of a variant with the files that it was launched with; null when it never ran. */
export const GET = apiHandler(async ({ query, stores }) => {
  const { recipe, variant } = parseCall(Query, query);
  const { runs } = await stores.runStore.list({ limit: RECENT_RUNS });
  const run = runs.find((one) => one.recipe === recipe && one.variant === variant);
  if (run === undefined) return { run: null };
  const { files, entry, overrides } = await stores.runStore.snapshot(run.id);
  return { run: { id: run.id, name: run.name, createdAt: run.createdAt, files, entry, overrides } };
});
