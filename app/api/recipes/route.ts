import { storelessHandler } from '@/app/_server/api-handler';
import { recipeFolder } from '@/app/_server/recipe-folder';

/** Names and titles, for the search palette. */
export const GET = storelessHandler(async () => ({ recipes: await recipeFolder().list() }));
