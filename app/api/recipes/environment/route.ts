import { z } from 'zod';
import { parseCall, storelessHandler } from '@/app/_server/api-handler';
import { readRecipeTexts, visibleEnvironment } from '@/app/_server/recipe-environment';

const MAX_NAMES = 100;
const Query = z.object({
  names: z.string().transform((names) => names.split(',').slice(0, MAX_NAMES)),
});

/** What named variables hold, for the preview of `${oc.env:NAME}`; of secrets only that they are set. */
export const GET = storelessHandler(async ({ query }) => {
  const { names } = parseCall(Query, query);
  return { values: visibleEnvironment(names, await readRecipeTexts([])) };
});
