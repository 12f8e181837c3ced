import { z } from 'zod';
import { parseCall, storelessHandler } from '@/app/_server/api-handler';
import { recipeLife } from '@/app/_server/recipe-life';

const Query = z.object({ recipe: z.string(), id: z.string() });

/** What restoring a recipe to a version would change; files with a secret in clear are not among it. */
export const GET = storelessHandler(({ query }) => {
  const { recipe, id } = parseCall(Query, query);
  return recipeLife().planRestore(recipe, id);
});
