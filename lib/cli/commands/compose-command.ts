import { composeRecipe } from '@/lib/launch/compose-recipe';
import { createRecipeFiles } from '@/lib/recipe-files/recipe-files';
import { listVariants } from '@/lib/recipes/list-variants';
import { plainValue } from '@/lib/recipes/plain-value';
import { validate } from '@/lib/recipes/validate';
import { yamlText } from '@/lib/recipes/yaml-text';
import { describeDiagnostic } from '../describe-diagnostic';
import { EXIT, type ExitCode } from '../exit-code';
import { renderDiagnostic } from '../render-diagnostic';
import { createFileName } from '../render-refusal';
import { resolveEntry } from '../resolve-entry';
import type { CommandContext } from '../session';

/**
 * `galley compose <file> [overrides…]`; needs no store. As Hydra's `--cfg`
 * does, it prints whatever composes and fails only when nothing does; `galley check` fails on what the checks find.
 */
export async function composeCommand(
  { io, env }: CommandContext,
  typed: { readonly file: string; readonly overrides: readonly string[] },
  options: { readonly resolve?: boolean; readonly json?: boolean },
): Promise<ExitCode> {
  const entry = resolveEntry(typed.file, { cwd: io.cwd, root: env.root, recipesDir: env.recipesDir });
  const { files, composed } = await composeRecipe(
    { recipeFiles: createRecipeFiles(env.recipesDir), dataDir: env.dataDir },
    {
      entry,
      overrides: typed.overrides,
    },
  );
  const fileName = createFileName({ cwd: io.cwd, recipesDir: env.recipesDir });
  // a layer that cannot be launched by itself is not a whole recipe
  const checked = listVariants(files).includes(entry) ? validate(composed, { entry, files }) : [];
  const worthSaying = checked.filter(({ severity }) => severity !== 'info');
  for (const diagnostic of [...composed.diagnostics, ...worthSaying])
    io.err(renderDiagnostic(diagnostic, files, fileName));
  const config = options.resolve === true ? composed.resolved : composed.composed;
  if (options.json === true) {
    const diagnostics = [...composed.diagnostics, ...checked].map((diagnostic) =>
      describeDiagnostic(diagnostic, files),
    );
    io.out(
      JSON.stringify({ entry, config: config === null ? null : plainValue(config), diagnostics }, null, 2),
    );
  } else if (config !== null) {
    io.out(yamlText(config).trimEnd());
  }
  const isBroken = config === null || composed.diagnostics.some(({ severity }) => severity === 'error');
  return isBroken ? EXIT.badInput : EXIT.done;
}
