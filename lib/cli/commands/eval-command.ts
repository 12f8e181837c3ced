import { createEvaluatorTrials } from '@/lib/launch/trial/create-evaluator-trials';
import type { CaseReport } from '@/lib/launch/trial/trial';
import { createRecipeFiles, type RecipeFiles } from '@/lib/recipe-files/recipe-files';
import { AppError } from '@/lib/shared/app-error';
import { EXIT, type ExitCode } from '../exit-code';
import { resolveEntry } from '../resolve-entry';
import type { CommandContext } from '../session';

/** `galley eval test <recipe>`: every saved case with the evaluator of every variant; needs no store. */
export async function evalTestCommand(
  { io, env }: CommandContext,
  typed: string,
  options: { readonly json?: boolean },
): Promise<ExitCode> {
  const recipeFiles = createRecipeFiles(env.recipesDir);
  const { recipe, entries } = await findEntries(recipeFiles, typed, (name) =>
    resolveEntry(name, { cwd: io.cwd, root: env.root, recipesDir: env.recipesDir }),
  );
  const reports = await createEvaluatorTrials({ env, recipeFiles }).test(recipe, entries);
  if (options.json === true) io.out(JSON.stringify({ recipe, reports }, null, 2));
  else for (const line of reports.flatMap(reportLines)) io.out(line);
  const results = reports.flatMap((report) => report.results);
  const failed = results.filter(({ differences }) => differences.length > 0).length;
  const refused = reports.filter(({ refusal }) => refusal !== null);
  if (options.json !== true) {
    const notRun = refused.length === 0 ? '' : `, ${refused.length} evaluators not run`;
    io.out(`${results.length - failed} passed, ${failed} failed${notRun}`);
  }
  if (results.length === 0 && refused.length === 0) {
    io.err(
      `${recipe} has no saved cases. Save one in the studio's Evaluator pane, or write evaluator_cases.jsonl.`,
    );
  }
  return failed === 0 && refused.length === 0 ? EXIT.done : EXIT.runFailed;
}

/** A recipe stands for all of its variants, a layer for itself. */
async function findEntries(
  recipeFiles: RecipeFiles,
  typed: string,
  toEntry: (name: string) => string,
): Promise<{ readonly recipe: string; readonly entries: readonly string[] }> {
  const name = typed.replace(/\/+$/, '').split('/').at(-1) ?? typed;
  const recipe = (await recipeFiles.list()).find((folder) => folder.name === name);
  if (recipe !== undefined) {
    if (recipe.variants.length === 0) {
      throw new AppError(
        'unprocessable',
        `${name} has no variant, and so names no evaluator. Add a layer with a defaults list.`,
      );
    }
    return { recipe: name, entries: recipe.variants.map((variant) => `${name}/${variant}.yaml`) };
  }
  const entry = toEntry(typed);
  return { recipe: entry.split('/', 1).join(''), entries: [entry] };
}

function reportLines({ evaluator, variants, refusal, results }: CaseReport): readonly string[] {
  return [
    `${evaluator} (${variants.join(', ')})`,
    ...(refusal === null ? [] : [`  not run: ${refusal}`]),
    ...results.map(({ name, differences, trial }) =>
      differences.length === 0
        ? `  passed  ${name}  ${trial.milliseconds.toFixed(1)} ms`
        : `  FAILED  ${name}: ${differences.join('; ')}`,
    ),
  ];
}
