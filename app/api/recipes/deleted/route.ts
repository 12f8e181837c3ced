import { apiHandler } from '@/app/_server/api-handler';
import { recipeLife } from '@/app/_server/recipe-life';

export const GET = apiHandler(async () => ({ deleted: await recipeLife().deleted() }));
