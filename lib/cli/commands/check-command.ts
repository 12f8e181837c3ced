import { composeRecipe } from '@/lib/launch/compose-recipe';
import { createRecipeFiles } from '@/lib/recipe-files/recipe-files';
import type { Diagnostic } from '@/lib/recipes/diagnostic';
import { listVariants } from '@/lib/recipes/list-variants';
import { checkRecipe } from '@/lib/recipes/validate';
import { describeDiagnostic } from '../describe-diagnostic';
import { EXIT, type ExitCode } from '../exit-code';
import { renderDiagnostic } from '../render-diagnostic';
import { createFileName } from '../render-refusal';
import { resolveEntry } from '../resolve-entry';
import type { CommandContext } from '../session';

/** `galley check <file> [overrides…]`; needs no store. What keeps a launch from starting makes it fail. */
export async function checkCommand(
  { io, env }: CommandContext,
  typed: { readonly file: string; readonly overrides: readonly string[] },
  options: { readonly json?: boolean },
): Promise<ExitCode> {
  const entry = resolveEntry(typed.file, { cwd: io.cwd, root: env.root, recipesDir: env.recipesDir });
  const { files, composed } = await composeRecipe(
    { recipeFiles: createRecipeFiles(env.recipesDir), dataDir: env.dataDir },
    { entry, overrides: typed.overrides },
  );
  const isVariant = listVariants(files).includes(entry);
  const checked = isVariant ? checkRecipe(composed, { entry, files }) : { diagnostics: [], passed: [] };
  const found = [...composed.diagnostics, ...checked.diagnostics];
  const counts = countOf(found);
  if (options.json === true) {
    const findings = found.map((diagnostic) => describeDiagnostic(diagnostic, files));
    const report = { entry, isVariant, ok: counts.errors === 0, ...counts, findings, passed: checked.passed };
    io.out(JSON.stringify(report, null, 2));
  } else {
    const fileName = createFileName({ cwd: io.cwd, recipesDir: env.recipesDir });
    for (const diagnostic of found) io.out(renderFinding(diagnostic, files, fileName));
    io.out(summaryOf(counts, isVariant ? `${checked.passed.length} checks passed` : whatIsMissing(entry)));
  }
  return counts.errors === 0 ? EXIT.done : EXIT.checkFailed;
}

/** The place, the rule in brackets, the line with its caret, and what would mend it; a note is one line. */
function renderFinding(
  diagnostic: Diagnostic,
  files: Readonly<Record<string, string>>,
  fileName: (file: string) => string,
): string {
  const [first = '', ...frame] = renderDiagnostic(diagnostic, files, fileName).split('\n');
  const fix = diagnostic.fix === undefined ? [] : [`  fix: ${diagnostic.fix.title}`];
  const shown = diagnostic.severity === 'info' ? [] : [...frame, ...fix];
  return [`${first} [${diagnostic.code}]`, ...shown].join('\n');
}

type Counts = { readonly errors: number; readonly warnings: number; readonly notes: number };

function countOf(found: readonly Diagnostic[]): Counts {
  const count = (severity: Diagnostic['severity']) =>
    found.filter((diagnostic) => diagnostic.severity === severity).length;
  return { errors: count('error'), warnings: count('warning'), notes: count('info') };
}

function summaryOf({ errors, warnings, notes }: Counts, rest: string): string {
  const some = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;
  return `${some(errors, 'error')}, ${some(warnings, 'warning')}, ${some(notes, 'note')}; ${rest}`;
}

function whatIsMissing(entry: string): string {
  return `${entry} lists no defaults, so it is a layer to share and only its composition was checked; name a variant for the rest`;
}
