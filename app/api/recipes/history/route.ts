import { z } from 'zod';
import { parseCall, storelessHandler } from '@/app/_server/api-handler';
import { recipeLife } from '@/app/_server/recipe-life';

const Query = z.object({ recipe: z.string() });

export const GET = storelessHandler(async ({ query }) => ({
  versions: await recipeLife().versions(parseCall(Query, query).recipe),
}));
