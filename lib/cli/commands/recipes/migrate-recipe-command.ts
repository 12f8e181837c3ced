import { composeRecipe } from '@/lib/launch/compose-recipe';
import type { Composed } from '@/lib/recipes/compose';
import { applyEdits } from '@/lib/recipes/edits/apply-edits';
import { fixEdits } from '@/lib/recipes/fix-edits';
import { migrateLegacy, type Migrated } from '@/lib/recipes/migrate-legacy';
import { plainValue } from '@/lib/recipes/plain-value';
import { diffLines } from '@/lib/recipes/three-way/diff-lines';
import { migrationFix } from '@/lib/recipes/validation/legacy-diagnostics';
import { createPlacing } from '@/lib/recipes/validation/placing';
import { AppError } from '@/lib/shared/app-error';
import { EXIT, type ExitCode } from '@/lib/cli/exit-code';
import { resolveEntry } from '@/lib/cli/resolve-entry';
import type { CommandContext } from '@/lib/cli/session';
import { type RecipeTools, recipeTools } from './recipe-tools';

type Options = { readonly write?: boolean; readonly json?: boolean };
type Change = { readonly path: string; readonly before: string; readonly after: string };
type Report = Pick<Migrated, 'migrations' | 'problems'> & {
  readonly entry: string;
  readonly changes: readonly Change[];
  readonly isWritten: boolean;
};

/** `galley recipes migrate`: shows the lines that change, and writes them when asked to. */
export async function migrateRecipeCommand(
  context: CommandContext,
  typed: string,
  options: Options,
): Promise<ExitCode> {
  const { io, env } = context;
  const tools = recipeTools(context);
  const entry = resolveEntry(typed, { cwd: io.cwd, root: env.root, recipesDir: env.recipesDir });
  const { composed, migrations, problems } = await readMigrations(context, tools, entry);
  const files = await tools.files.layers();
  const layers = { files, entry };
  const edits =
    problems.length > 0 || migrations.length === 0
      ? []
      : fixEdits(migrationFix(migrations, createPlacing(composed, layers, migrations), entry), files);
  const changes = [...new Set(edits.map(({ file }) => file))].map((path): Change => {
    const before = files[path] ?? '';
    const after = applyEdits(
      before,
      edits.filter(({ file }) => file === path),
    );
    return { path, before, after };
  });
  const isWritten = options.write === true && changes.length > 0;
  if (isWritten) for (const change of changes) await write(tools, change);
  report(context, { entry, migrations, problems, changes, isWritten }, options);
  return problems.length > 0 ? EXIT.badInput : EXIT.done;
}

async function readMigrations(
  { env }: CommandContext,
  { files }: RecipeTools,
  entry: string,
): Promise<Migrated & { readonly composed: Composed }> {
  const places = { recipeFiles: files, dataDir: env.dataDir };
  const { composed } = await composeRecipe(places, { entry, overrides: [] });
  // Older shapes are in the keys; a variable that is not set is no reason to leave them.
  const config = composed.resolved ?? composed.composed;
  if (config !== null) return { ...migrateLegacy(plainValue(config)), composed };
  const error = composed.diagnostics.find(({ severity }) => severity === 'error');
  throw new AppError(
    'unprocessable',
    `${entry} does not compose: ${error?.message ?? 'unknown error'} galley compose ${entry} shows where.`,
  );
}

async function write({ files, life }: RecipeTools, { path, before, after }: Change): Promise<void> {
  const { text, etag } = await files.read(path);
  const message = "migrated to today's shape";
  const saved = text === before ? await life.save({ path, text: after, ifMatch: etag, message }) : null;
  if (saved?.ok !== true)
    throw new AppError(
      'conflict',
      `${path} was changed on disk meanwhile and was left alone. Run the command again.`,
    );
}

function report({ io }: CommandContext, found: Report, { json }: Options): void {
  const { entry, migrations, problems, changes, isWritten } = found;
  if (json === true) {
    const files = changes.map(({ path }) => path);
    io.out(JSON.stringify({ entry, migrations, problems, files, isWritten }, null, 2));
  } else {
    for (const { message } of migrations) io.err(message);
    for (const change of changes) io.out(changedLines(change));
  }
  for (const { message } of problems) io.err(`error: ${message} Nothing was changed.`);
  if (problems.length > 0) return;
  if (migrations.length === 0) io.err(`${entry} has today's shape.`);
  else if (changes.length === 0)
    io.err('The older shapes come from layers of other recipes. Migrate a variant of those.');
  else if (isWritten)
    io.err(`${changes.map(({ path }) => path).join(', ')}: written. The text before is in its versions.`);
  else io.err('Nothing was written. Write it with --write.');
}

/** The lines that go and come, without what stays. */
function changedLines({ path, before, after }: Change): string {
  const [old, fresh] = [before.split('\n'), after.split('\n')];
  const hunks = diffLines(old, fresh).flatMap(({ start, end, newStart, newEnd }) => [
    `@@ ${path}:${start + 1}`,
    ...old.slice(start, end).map((text) => `-${text}`),
    ...fresh.slice(newStart, newEnd).map((text) => `+${text}`),
  ]);
  return hunks.join('\n');
}
