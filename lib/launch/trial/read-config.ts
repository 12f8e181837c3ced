import type { RecipeFiles } from '@/lib/recipe-files/recipe-files';
import { fillSecrets } from '@/lib/recipes/environment/fill-secrets';
import { plainValue } from '@/lib/recipes/plain-value';
import { RecipeConfig } from '@/lib/recipes/recipe-config';
import { AppError } from '@/lib/shared/app-error';
import { composeRecipe } from '../compose-recipe';

/** What a layer on disk comes to. Rejects with `AppError('unprocessable')` when it does not compose. */
export async function readConfig(
  places: { readonly recipeFiles: RecipeFiles; readonly dataDir: string },
  request: { readonly entry: string; readonly overrides: readonly string[] },
): Promise<RecipeConfig> {
  const { composed } = await composeRecipe(places, request);
  const [first] = composed.diagnostics.filter(({ severity }) => severity === 'error');
  if (composed.resolved === null) {
    throw new AppError(
      'unprocessable',
      `${request.entry} does not compose: ${first?.message ?? 'see its problems'}`,
    );
  }
  const parsed = RecipeConfig.safeParse(fillSecrets(plainValue(composed.resolved), () => '***'));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AppError(
    'unprocessable',
    `${request.entry} cannot be read: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}. Mend it first.`,
  );
}
