import type { Diagnostic } from '@/lib/recipes/diagnostic';
import { isHarmless } from './placeholder';
import type { KnownSecret } from './mask-secrets';
import type { ScriptReading } from './parse-env-script';
import type { Span } from './script/syntax';
import type { SecretLiteral } from './secret-literals';
import { isSecretKey, variableNameOf } from './secret-names';
import { tokenRanges } from './secret-shapes';

type Script = { readonly path: string; readonly text: string };

/** Why the value of a variable is not known before the script runs. */
export type Pending = ReadonlyMap<string, { readonly reason: string; readonly at: Span }>;

/** The variable that a composition error of an unset variable names. */
export function unsetName(message: string): string | null {
  return /^The environment variable (\w+) is not set\./.exec(message)?.[1] ?? null;
}

/** A variable that the script will set is no error yet: it becomes a remark that says why it is not known. */
export function pendingOrMissing(
  diagnostics: readonly Diagnostic[],
  { pending, script }: { readonly pending: Pending; readonly script: Script | null },
): readonly Diagnostic[] {
  return diagnostics.map((diagnostic) => {
    const name = unsetName(diagnostic.message);
    const why = name === null ? undefined : pending.get(name);
    if (name === null || why === undefined || script === null) return diagnostic;
    const message = `${name} is known once ${fileName(script.path)} has run, at the launch: ${why.reason} (line ${lineAt(script.text, why.at.start)}).`;
    const { path, range } = diagnostic;
    return { code: 'env-unknown-until-run', severity: 'info', message, path, range };
  });
}

/** What must be mended in the script before a launch. */
export function scriptDiagnostics({ path, text }: Script, reading: ScriptReading): readonly Diagnostic[] {
  const placeholders = reading.placeholders.map(({ name, start, end }): Diagnostic => ({
    code: 'env-placeholder',
    severity: 'error',
    message: `${name ?? 'This line'} still has its placeholder, ${text.slice(start, end)}. Put the real value there: until then nothing is launched, and ${fileName(path)} is not run.`,
    path: null,
    range: { file: path, start, end },
  }));
  const returns = text.indexOf('\r\n');
  if (returns === -1) return placeholders;
  const message = `${fileName(path)} has the line ends of Windows, and bash takes them for a part of every value. Save it with line feeds alone.`;
  const range = { file: path, start: returns, end: returns + 1 };
  return [...placeholders, { code: 'env-line-ends', severity: 'error', message, path: null, range }];
}

export const MOVE_TO_STORE = 'Move to the secret store';

export function literalDiagnostics(
  literals: readonly SecretLiteral[],
  overrides: readonly string[],
): readonly Diagnostic[] {
  const inFiles = literals.map(({ file, start, end, path, name }): Diagnostic => ({
    code: 'literal-secret',
    severity: 'error',
    message: `${path ?? 'This text'} holds a secret in clear. Move it to the secret store${path === null ? '' : `, where it is called ${name}`}; if it is none, end its line with "# not secret".`,
    path,
    range: { file, start, end },
    // what moves it is the server's; no edit alone would keep the value
    fix: { title: MOVE_TO_STORE, change: { kind: 'ask' } },
  }));
  const given = overrideLiterals(overrides).map(({ name, index }): Diagnostic => ({
    code: 'literal-secret',
    severity: 'error',
    message: `Override ${index + 1} holds a secret in clear, and overrides are kept with the run. Store it with: galley secrets set ${name}. Then write \${oc.env:${name}} in the override.`,
    path: null,
    range: null,
  }));
  return [...inFiles, ...given];
}

/** Secrets that somebody typed into an override. */
export function overrideLiterals(
  overrides: readonly string[],
): readonly (KnownSecret & { readonly index: number })[] {
  return overrides.flatMap((override, index) => {
    const [, path = '', source = ''] = /^[+~]{0,2}([^=]+)=([\s\S]*)$/.exec(override) ?? [];
    const value = source.trim().replaceAll(/^["']|["']$/g, '');
    const name = variableNameOf(path.split('.'));
    const isNamed = isSecretKey(path.split('.').at(-1) ?? '');
    if (isNamed && !isHarmless(value) && !value.includes('${')) return [{ value, name, index }];
    return tokenRanges(source).map(({ start, end }) => ({ value: source.slice(start, end), name, index }));
  });
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
