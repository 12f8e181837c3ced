import { z } from 'zod';
import { parseCall, storelessHandler } from '@/app/_server/api-handler';
import { recipeLife } from '@/app/_server/recipe-life';

const Query = z.object({ recipe: z.string(), id: z.string(), file: z.string() });

/** Text of one file in one version, without literal secrets. */
export const GET = storelessHandler(async ({ query }) => {
  const { recipe, id, file } = parseCall(Query, query);
  return { text: await recipeLife().versionText(recipe, id, file) };
});
