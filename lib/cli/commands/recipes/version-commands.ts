import { insideRecipe, recipeOf } from '@/lib/recipe-files/recipe-place';
import { type RecipeVersion, versionsOfFile } from '@/lib/domain/recipe-version';
import { withoutSecrets } from '@/lib/recipes/environment/without-secrets';
import { AppError } from '@/lib/shared/app-error';
import { EXIT, type ExitCode } from '@/lib/cli/exit-code';
import type { CommandContext } from '@/lib/cli/session';
import { tell } from './change-commands';
import { type RecipeTools, recipeTools } from './recipe-tools';

type Json = { readonly json?: boolean };
/** A version and the path that the file had in it, from the recipe's folder; null = the whole recipe is asked about. */
type Step = { readonly version: RecipeVersion; readonly path: string | null };

/** `galley recipes versions`: newest first. */
export async function versionsCommand(
  context: CommandContext,
  typed: string,
  { json }: Json,
): Promise<ExitCode> {
  const { io } = context;
  const tools = recipeTools(context);
  const entry = tools.entryOf(typed);
  const steps = await stepsOf(tools, entry);
  if (json === true)
    io.out(
      JSON.stringify(
        steps.map(({ version, path }) => ({ ...version, path })),
        null,
        2,
      ),
    );
  else for (const step of steps) io.out(line(step));
  if (steps.length > 0) return EXIT.done;
  // Refuses what is not there.
  await (entry.includes('/') ? tools.files.read(entry) : tools.files.tree(entry));
  if (json !== true) io.err(`${entry} has no version yet: each save and each change makes one.`);
  return EXIT.done;
}

/** `galley recipes restore-version` */
export async function restoreVersionCommand(
  context: CommandContext,
  typed: { readonly file: string; readonly version: string },
  { json }: Json,
): Promise<ExitCode> {
  const tools = recipeTools(context);
  const file = tools.entryOf(typed.file);
  const step = stepNamed(await stepsOf(tools, file), typed.version, file);
  const recipe = recipeOf(file);
  const text = await tools.life.versionText(recipe, step.version.id, step.path ?? insideRecipe(file));
  const now = await tools.files.read(file).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'not_found') return null;
    throw error;
  });
  if (now !== null && withoutSecrets(insideRecipe(file), now.text) !== now.text)
    throw new AppError(
      'conflict',
      `${file} has a secret in clear, and versions keep none: restoring one would lose it. Keep the secret with galley secrets set, name it in the file as \${oc.env:NAME} or $NAME, and try again.`,
    );
  const saved = await tools.life.save({
    path: file,
    text,
    ifMatch: now?.etag ?? null,
    message: `as of ${step.version.time.slice(0, 19).replace('T', ' ')}`,
  });
  if (!saved.ok) throw new AppError('conflict', `${saved.error.message} Try again.`);
  tell(context, json, {
    value: { path: file, version: step.version.id, isChanged: now?.text !== text },
    words:
      now?.text === text
        ? `${file} has that text already.`
        : `${file} has the text of version ${step.version.id}.`,
  });
  return EXIT.done;
}

async function stepsOf({ life }: RecipeTools, entry: string): Promise<readonly Step[]> {
  const recipe = recipeOf(entry);
  const versions = await life.versions(recipe);
  if (entry === recipe) return versions.map((version) => ({ version, path: null }));
  return versionsOfFile(versions, insideRecipe(entry));
}

function stepNamed(steps: readonly Step[], named: string, file: string): Step {
  const found = steps.filter(({ version }) => version.id === named || version.name === named);
  const [step] = found;
  if (step === undefined)
    throw new AppError(
      'not_found',
      `${file} has no version ${named}. galley recipes versions ${file} lists those that it has.`,
    );
  if (found.length > 1)
    throw new AppError(
      'invalid_input',
      `${found.length} versions of ${file} are called ${named}. Use an id: ${found.map(({ version }) => version.id).join(', ')}.`,
    );
  return step;
}

function line({ version, path }: Step): string {
  const { id, time, kind, message, name, files } = version;
  const what =
    path ??
    files
      .map((file) => file.path)
      .slice(0, 3)
      .join(', ');
  const more = path === null && files.length > 3 ? ` and ${files.length - 3} more` : '';
  const words = [message, name === null ? null : `[${name}]`].filter((word) => word !== null).join('  ');
  return `${id}  ${time.slice(0, 19).replace('T', ' ')}  ${kind.padEnd(10)}  ${what}${more}  ${words}`.trimEnd();
}
