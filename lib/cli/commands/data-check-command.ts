import { profileData } from '@/lib/datasets/profile/profile-data';
import type { DataProfile } from '@/lib/domain/data-profile';
import { composeRecipe } from '@/lib/launch/compose-recipe';
import { dataFolders } from '@/lib/launch/check-data';
import { createRecipeFiles, type RecipeFiles } from '@/lib/recipe-files/recipe-files';
import { dataPlanOf } from '@/lib/recipes/data-plan';
import { plainValue } from '@/lib/recipes/plain-value';
import { AppError } from '@/lib/shared/app-error';
import { EXIT, type ExitCode } from '../exit-code';
import { namedEntries } from '../named-entries';
import { createReadingBar } from '../reading-bar';
import { renderDataProfile } from '../render-data-profile';
import type { CommandContext } from '../session';

type Typed = { readonly recipe: string; readonly overrides: readonly string[] };
type Outcome = {
  readonly entry: string;
  readonly profile: DataProfile | null;
  readonly reason: string | null;
};

/** `galley data check <recipe or variant>` */
export async function dataCheckCommand(
  context: CommandContext,
  typed: Typed,
  options: { readonly json?: boolean },
): Promise<ExitCode> {
  const { io } = context;
  const files = createRecipeFiles(context.env.recipesDir);
  const entries = namedEntries(context, await files.layers(), typed.recipe);
  const outcomes: Outcome[] = [];
  for (const entry of entries) outcomes.push(await checkEntry(context, files, { ...typed, entry }));
  if (options.json === true) io.out(JSON.stringify({ checked: outcomes.map(forJson) }, null, 2));
  else print(context, outcomes);
  const checked = outcomes.flatMap(({ profile }) => (profile === null ? [] : [profile]));
  // a variant whose environment is not there is no error of its data, unless nothing else is left to look at
  if (checked.length === 0) return EXIT.dataWrong;
  return checked.some(hasErrors) ? EXIT.dataWrong : EXIT.done;
}

function hasErrors({ findings }: DataProfile): boolean {
  return findings.some(({ severity }) => severity === 'error');
}

async function checkEntry(
  { env, io }: CommandContext,
  files: RecipeFiles,
  { entry, overrides }: { readonly entry: string; readonly overrides: readonly string[] },
): Promise<Outcome> {
  const { composed } = await composeRecipe(
    { recipeFiles: files, dataDir: env.dataDir },
    { entry, overrides },
  );
  const error = composed.diagnostics.find(({ severity }) => severity === 'error');
  if (composed.resolved === null || error !== undefined) {
    return { entry, profile: null, reason: `it does not compose: ${error?.message ?? 'unknown error'}` };
  }
  const plan = dataPlanOf(plainValue(composed.resolved), entry);
  if (plan === null) return { entry, profile: null, reason: 'it names no files in data.data_files.' };
  const baseDirs = dataFolders(env, entry);
  const stop = new AbortController();
  const reading = createReadingBar(io, entry);
  const stopListening = io.onInterrupt(() => stop.abort(new AppError('conflict', 'Interrupted.')));
  try {
    const { hubCache } = env;
    const profile = await profileData(plan, {
      baseDirs,
      hubCache,
      signal: stop.signal,
      onProgress: (share) => reading.show(share),
    });
    return { entry, profile, reason: null };
  } finally {
    reading.finish();
    stopListening();
  }
}

function print({ io }: CommandContext, outcomes: readonly Outcome[]): void {
  const said = new Map<string, string>();
  for (const { entry, profile, reason } of outcomes) {
    if (profile === null) {
      io.err(`${entry}: not checked, since ${reason ?? ''}`);
      continue;
    }
    const text = renderDataProfile(profile);
    const earlier = said.get(text);
    io.out(`${entry}${earlier === undefined ? `\n\n${text}\n` : `: the same as ${earlier}\n`}`);
    if (earlier === undefined) said.set(text, entry);
  }
}

function forJson({ entry, profile, reason }: Outcome): unknown {
  return profile === null ? { entry, ok: null, reason } : { entry, ok: !hasErrors(profile), profile };
}
