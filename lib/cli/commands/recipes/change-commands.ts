import type { DeletedEntry } from '@/lib/recipe-files/trash';
import { AppError } from '@/lib/shared/app-error';
import { EXIT, type ExitCode } from '@/lib/cli/exit-code';
import type { CommandContext } from '@/lib/cli/session';
import { textTable } from '@/lib/cli/text-table';
import { existingRecipe, recipeTools } from './recipe-tools';

type Json = { readonly json?: boolean };
type Move = { readonly from: string; readonly to: string };

/** `galley recipes list` */
export async function listRecipesCommand(context: CommandContext, { json }: Json): Promise<ExitCode> {
  const { io, env } = context;
  const recipes = await recipeTools(context).files.list();
  if (json === true) io.out(JSON.stringify(recipes, null, 2));
  else if (recipes.length > 0) {
    const rows = recipes.map(({ name, variants, title }) => [
      name,
      variants.join(' ') || '(shared layers)',
      title,
    ]);
    io.out(textTable(['recipe', 'variants', 'title'], rows));
  } else io.err(`There is no recipe in ${env.recipesDir}. Make one: galley recipes new my_task`);
  return EXIT.done;
}

/** `galley recipes new` */
export async function newCommand(
  context: CommandContext,
  name: string,
  { template, json }: Json & { readonly template: string },
): Promise<ExitCode> {
  const { files, life } = recipeTools(context);
  await life.createRecipe(name, template);
  const made = (await files.list()).find((recipe) => recipe.name === name);
  const variants = made?.variants ?? [];
  tell(context, json, {
    value: { recipe: name, template, variants },
    words: `${name} is made from ${template}. Try it: galley run ${name}/${variants[0] ?? 'embedded'}.yaml`,
  });
  return EXIT.done;
}

/** `galley recipes duplicate` */
export async function duplicateCommand(
  context: CommandContext,
  typed: Move,
  { json }: Json,
): Promise<ExitCode> {
  const { life, ...tools } = recipeTools(context);
  const move = { from: tools.entryOf(typed.from), to: tools.entryOf(typed.to) };
  if (isWhole(move)) await life.duplicateRecipe(move.from, move.to);
  else await life.duplicate(move.from, move.to);
  tell(context, json, { value: move, words: `${move.to} is a copy of ${move.from}.` });
  return EXIT.done;
}

/** `galley recipes rename` */
export async function renameCommand(context: CommandContext, typed: Move, { json }: Json): Promise<ExitCode> {
  const { life, ...tools } = recipeTools(context);
  const move = { from: tools.entryOf(typed.from), to: tools.entryOf(typed.to) };
  if (isWhole(move)) await life.renameRecipe(move.from, move.to);
  else await life.rename(move.from, move.to);
  tell(context, json, {
    value: move,
    words: `${move.from} is ${move.to} now. Layers that name it do not change by themselves.`,
  });
  return EXIT.done;
}

/** `galley recipes delete` */
export async function deleteCommand(
  context: CommandContext,
  typed: string,
  { json }: Json,
): Promise<ExitCode> {
  const tools = recipeTools(context);
  const named = tools.entryOf(typed);
  const entry = named.includes('/') ? named : await existingRecipe(tools, typed);
  const deleted = await tools.life.remove(entry);
  tell(context, json, {
    value: deleted,
    words: `${entry} is deleted. Bring it back within 30 days: galley recipes restore ${entry}`,
  });
  return EXIT.done;
}

/** `galley recipes restore`; lists the deletions when nothing is named. */
export async function restoreCommand(
  context: CommandContext,
  typed: string | undefined,
  { json }: Json,
): Promise<ExitCode> {
  const { life } = recipeTools(context);
  const deleted = await life.deleted();
  if (typed === undefined) {
    list(context, deleted, json);
    return EXIT.done;
  }
  // The newest deletion of a path is the one that is meant; older ones have their ids.
  const plain = typed.replace(/\/+$/, '');
  const found = deleted.find(({ id, path }) => id === plain || path === plain || `recipes/${path}` === plain);
  if (found === undefined)
    throw new AppError(
      'not_found',
      `${typed} is not among what was deleted lately. galley recipes restore lists what is.`,
    );
  await life.restore(found.id);
  tell(context, json, { value: found, words: `${found.path} is back.` });
  return EXIT.done;
}

function list({ io }: CommandContext, deleted: readonly DeletedEntry[], json: boolean | undefined): void {
  if (json === true) io.out(JSON.stringify(deleted, null, 2));
  else if (deleted.length === 0) io.err('Nothing was deleted lately.');
  else
    for (const { id, path, deletedAt } of deleted)
      io.out(`${deletedAt.slice(0, 19).replace('T', ' ')}  ${id}  ${path}`);
}

function isWhole({ from, to }: Move): boolean {
  return !from.includes('/') && !to.includes('/');
}

/** JSON for programs, a sentence for the eye. */
export function tell(
  { io }: CommandContext,
  json: boolean | undefined,
  { value, words }: { readonly value: unknown; readonly words: string },
): void {
  if (json === true) io.out(JSON.stringify(value));
  else io.err(words);
}
