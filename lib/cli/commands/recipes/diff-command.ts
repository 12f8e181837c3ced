import { diffConfigs } from '@/lib/insight/config-diff';
import { composeRecipe } from '@/lib/launch/compose-recipe';
import type { RecipeFiles } from '@/lib/recipe-files/recipe-files';
import { plainValue } from '@/lib/recipes/plain-value';
import { AppError } from '@/lib/shared/app-error';
import { EXIT, type ExitCode } from '@/lib/cli/exit-code';
import { resolveEntry } from '@/lib/cli/resolve-entry';
import type { CommandContext } from '@/lib/cli/session';
import { recipeTools } from './recipe-tools';

/** `galley recipes diff`: resolved values that differ. Numbers compare by value: 1e-4 is 0.0001, "1" is not 1. */
export async function diffCommand(
  context: CommandContext,
  typed: { readonly before: string; readonly after: string },
  { json }: { readonly json?: boolean },
): Promise<ExitCode> {
  const { io, env } = context;
  const places = { cwd: io.cwd, root: env.root, recipesDir: env.recipesDir };
  const [before, after] = [resolveEntry(typed.before, places), resolveEntry(typed.after, places)];
  const { files } = recipeTools(context);
  const sides = [await resolved(context, files, before), await resolved(context, files, after)];
  const { differences, equal } = diffConfigs(sides);
  const changes = differences.map(({ path, values: [old = null, fresh = null] }) => ({
    path,
    before: old,
    after: fresh,
  }));
  if (json === true) {
    io.out(JSON.stringify({ before, after, changes, equal }, null, 2));
    return EXIT.done;
  }
  for (const change of changes) io.out(line(change));
  const counted = `${changes.length} ${changes.length === 1 ? 'value differs' : 'values differ'}`;
  io.err(`${counted} between ${before} and ${after}; ${equal} are equal.`);
  return EXIT.done;
}

async function resolved({ env }: CommandContext, files: RecipeFiles, entry: string): Promise<unknown> {
  const { composed } = await composeRecipe(
    { recipeFiles: files, dataDir: env.dataDir },
    { entry, overrides: [] },
  );
  if (composed.resolved !== null) return plainValue(composed.resolved);
  const error = composed.diagnostics.find(({ severity }) => severity === 'error');
  throw new AppError(
    'unprocessable',
    `${entry} does not compose: ${error?.message ?? 'unknown error'} galley compose ${entry} shows where.`,
  );
}

function line(change: {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}): string {
  const { path, before, after } = change;
  if (before === null) return `+ ${path}: ${after ?? ''}`;
  if (after === null) return `- ${path}: ${before}`;
  return `~ ${path}: ${before} → ${after}`;
}
