import { z } from 'zod';
import { parseCall, storelessHandler } from '@/app/_server/api-handler';
import { recipeLife } from '@/app/_server/recipe-life';

const Query = z.object({ recipe: z.string() });

export const GET = storelessHandler(async ({ query }) => {
  const { recipe } = parseCall(Query, query);
  const zip = await recipeLife().exportRecipe(recipe);
  return new Response(zip, {
    headers: {
      'content-type': 'application/zip',
      // A recipe's name is plain letters, so it can stand here as it is.
      'content-disposition': `attachment; filename="${recipe.replaceAll(/[^\w.-]/g, '_')}.zip"`,
      'cache-control': 'no-store',
    },
  });
});
