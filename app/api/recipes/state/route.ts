import { z } from 'zod';
import { apiHandler, parseCall } from '@/app/_server/api-handler';
import { readRecipeState } from '@/app/_server/recipe-state';

const Query = z.object({ recipe: z.string() });

/** Files and versions on disk, asked for when the folder's stamp changes. */
export const GET = apiHandler(({ query }) => readRecipeState(parseCall(Query, query).recipe));
