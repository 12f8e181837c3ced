import { z } from 'zod';
import { parseCall, storelessHandler } from '@/app/_server/api-handler';
import { recipeFolder } from '@/app/_server/recipe-folder';

const Query = z.object({ path: z.string() });

export const GET = storelessHandler(async ({ query }) => recipeFolder().read(parseCall(Query, query).path));
