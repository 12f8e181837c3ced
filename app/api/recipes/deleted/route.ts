import { storelessHandler } from '@/app/_server/api-handler';
import { recipeLife } from '@/app/_server/recipe-life';

export const GET = storelessHandler(async () => ({ deleted: await recipeLife().deleted() }));
