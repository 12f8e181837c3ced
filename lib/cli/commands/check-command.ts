import { composeRecipe } from '@/lib/launch/compose-recipe';
import { createRecipeFiles } from '@/lib/recipe-files/recipe-files';
import type { Diagnostic } from '@/lib/recipes/diagnostic';
import { listVariants } from '@/lib/recipes/list-variants';
import { checkRecipe } from '@/lib/recipes/validate';
import { describeDiagnostic } from '../describe-diagnostic';
import { EXIT, type ExitCode } from '../exit-code';
import { namedEntries } from '../named-entries';
import { renderDiagnostic } from '../render-diagnostic';
import { createFileName } from '../render-refusal';
import type { CommandContext } from '../session';

/** `galley check <recipe or file> [overrides…]`; needs no store. What keeps a launch from starting makes it fail. */
export async function checkCommand(
  context: CommandContext,
  typed: { readonly named: string; readonly overrides: readonly string[] },
  options: { readonly json?: boolean },
): Promise<ExitCode> {
  const { io, env } = context;
  const recipeFiles = createRecipeFiles(env.recipesDir);
  const checks: EntryCheck[] = [];
  for (const entry of namedEntries(context, await recipeFiles.layers(), typed.named)) {
    checks.push(await checkEntry({ recipeFiles, dataDir: env.dataDir }, entry, typed.overrides));
  }
  const ok = checks.every(({ errors }) => errors === 0);
  if (options.json === true) {
    const [first, ...others] = checks.map(reportOf);
    io.out(JSON.stringify(others.length === 0 ? first : { ok, checked: [first, ...others] }, null, 2));
  } else {
    const fileName = createFileName({ cwd: io.cwd, recipesDir: env.recipesDir });
    for (const check of checks) print(check, { io, fileName, isNamed: checks.length > 1 });
  }
  return ok ? EXIT.done : EXIT.checkFailed;
}

type EntryCheck = Counts & {
  readonly entry: string;
  /** Every layer and script, by path. */
  readonly files: Readonly<Record<string, string>>;
  readonly isVariant: boolean;
  readonly found: readonly Diagnostic[];
  readonly passed: ReturnType<typeof checkRecipe>['passed'];
};

async function checkEntry(
  places: Parameters<typeof composeRecipe>[0],
  entry: string,
  overrides: readonly string[],
): Promise<EntryCheck> {
  const { files, composed } = await composeRecipe(places, { entry, overrides });
  const isVariant = listVariants(files).includes(entry);
  const checked = isVariant ? checkRecipe(composed, { entry, files }) : { diagnostics: [], passed: [] };
  const found = [...composed.diagnostics, ...checked.diagnostics];
  return { entry, files, isVariant, found, passed: checked.passed, ...countOf(found) };
}

function reportOf({ files, found, ...check }: EntryCheck): unknown {
  const findings = found.map((diagnostic) => describeDiagnostic(diagnostic, files));
  return { ...check, ok: check.errors === 0, findings };
}

function print(
  check: EntryCheck,
  {
    io,
    fileName,
    isNamed,
  }: {
    readonly io: CommandContext['io'];
    readonly fileName: (file: string) => string;
    readonly isNamed: boolean;
  },
): void {
  const { entry, files, found, isVariant, passed } = check;
  for (const diagnostic of found) io.out(renderFinding(diagnostic, files, fileName));
  const rest = isVariant ? `${passed.length} checks passed` : whatIsMissing(entry);
  io.out(`${isNamed ? `${entry}: ` : ''}${summaryOf(check, rest)}`);
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
