import { compose, type Composed, type ComposeInput } from '@/lib/recipes/compose';
import type { Diagnostic } from '@/lib/recipes/diagnostic';
import { remember } from '@/lib/recipes/remember';
import {
  literalDiagnostics,
  overrideLiterals,
  type Pending,
  pendingOrMissing,
  scriptDiagnostics,
  unsetName,
} from './environment-diagnostics';
import { maskSecrets } from './mask-secrets';
import { parseEnvScript, type ScriptReading } from './parse-env-script';
import type { Span } from './script/syntax';
import type { ReadableEnvironment } from './script/variables';
import { type SecretLiteral, secretLiterals } from './secret-literals';
import { isSecretVariable, secretMark } from './secret-names';
import { findSetupScript } from './setup-script';

export type VariantInput = ComposeInput & {
  /** Scripts that may prepare an environment, by path from the search root (absolute ones by their own). */
  readonly scripts: Readonly<Record<string, string>>;
  /** Values that a person gave for the preview alone; they stand in for what is not set. */
  readonly previewValues?: ReadableEnvironment;
  /** The script has been run, and `env` is what it left: nothing is read from its text any more. */
  readonly hasRun?: boolean;
};

export type VariableState = {
  readonly name: string;
  readonly state: 'set' | 'secret' | 'preview' | 'pending' | 'missing';
  readonly isSecret: boolean;
  /** The script gives it, or may. */
  readonly isFromScript: boolean;
};

export type VariantEnvironment = {
  /** From the recipes root, or absolute; null when there is none. */
  readonly script: string | null;
  /** Names that the script sets. */
  readonly sets: readonly string[];
  readonly placeholders: readonly (Span & { readonly name: string | null })[];
  /** Variables that the layers of this variant read. */
  readonly variables: readonly VariableState[];
};

export type ComposedVariant = {
  readonly composed: Composed;
  readonly environment: VariantEnvironment;
  /** What the layers read, as far as it is known: what the script sets and values for the preview included. */
  readonly env: ReadableEnvironment;
};

const NOTHING_PENDING: Pending = new Map();

/**
 * Composes a variant as its run will see it: with its environment script, and without any secret. One function for
 * the preview, the checks before a launch and the command line, so that they cannot disagree.
 */
// eslint-disable-next-line complexity -- one stage after the other
export function composeVariant({
  scripts,
  previewValues = {},
  hasRun = false,
  ...input
}: VariantInput): ComposedVariant {
  const marked = markedNames(Object.values(input.files));
  const given = hidden(input.env, marked);
  const setup = findSetupScript({ ...input, env: given }, scripts);
  const text = setup.path === null ? undefined : scripts[setup.path];
  const reading = text === undefined ? null : readerOf(text)(given);
  const effective =
    reading === null || hasRun ? { env: given, pending: NOTHING_PENDING } : merged(given, reading, input);
  const preview = Object.entries(previewValues).filter(([name]) => !Object.hasOwn(effective.env, name));
  const env = { ...effective.env, ...Object.fromEntries(preview) };
  const raw = compose({ ...input, env });
  const literals = literalsOf(raw, { ...input, scripts, script: setup.path });
  const composed = maskSecrets(raw, [...literals, ...overrideLiterals(input.overrides ?? [])]);
  const script = setup.path !== null && text !== undefined ? { path: setup.path, text } : null;
  const diagnostics: readonly Diagnostic[] = [
    ...pendingOrMissing(composed.diagnostics, { pending: effective.pending, script }),
    ...(setup.problem === null ? [] : [setup.problem]),
    ...(script === null || reading === null ? [] : scriptDiagnostics(script, reading)),
    ...literalDiagnostics(literals, input.overrides ?? []),
  ];
  const states = {
    env,
    pending: effective.pending,
    preview: new Set(preview.map(([name]) => name)),
    marked,
    reading,
  };
  return {
    env,
    composed: { ...composed, diagnostics },
    environment: {
      script: setup.path,
      sets: reading === null ? [] : [...reading.environment.keys()].toSorted(),
      placeholders: reading?.placeholders ?? [],
      variables: variableStates(raw, states),
    },
  };
}

/** The preview asks again at every keystroke, mostly about the same script. */
const readerOf = remember(50, (text) => {
  let last: { readonly key: string; readonly reading: ScriptReading } | null = null;
  return (env: ReadableEnvironment): ScriptReading => {
    const key = JSON.stringify(env);
    if (last?.key !== key) last = { key, reading: parseEnvScript(text, env) };
    return last.reading;
  };
});

const REFERENCE = /\$\{\s*oc\.env\s*:\s*([A-Za-z_][A-Za-z0-9_]*)/g;

/** Names of the environment variables that texts of layers read. */
export function referencedNames(texts: readonly string[]): readonly string[] {
  const names = texts.flatMap((text) => [...text.matchAll(REFERENCE)].map((match) => match[1] ?? ''));
  return [...new Set(names)].toSorted();
}

/** Variables that layers mark as secret: those read in a line that ends with `# secret`. */
export function markedNames(texts: readonly string[]): ReadonlySet<string> {
  return new Set(texts.flatMap(markedIn));
}

const markedIn = remember(500, (text) =>
  /#.*secret/i.test(text)
    ? referencedNames(text.split('\n').filter((line) => secretMark(line) === 'secret'))
    : [],
);

function hidden(env: ReadableEnvironment, marked: ReadonlySet<string>): ReadableEnvironment {
  const entries = Object.entries(env).map(([name, value]) => {
    const isHidden = value !== '' && (marked.has(name) || isSecretVariable(name));
    return [name, isHidden ? ({ secret: true } as const) : value] as const;
  });
  return Object.fromEntries(entries);
}

function merged(
  env: ReadableEnvironment,
  { environment, doubt }: ScriptReading,
  { files }: ComposeInput,
): { readonly env: ReadableEnvironment; readonly pending: Pending } {
  const result: Record<string, string | { readonly secret: true }> = { ...env };
  const pending = new Map<string, { reason: string; at: Span }>();
  if (doubt !== null) {
    for (const name of referencedNames(Object.values(files))) {
      if (!environment.has(name)) pending.set(name, doubt);
    }
  }
  const unset = new Set<string>();
  for (const [name, value] of environment) {
    if (value.kind === 'unknown') pending.set(name, value);
    else if (value.kind === 'unset') unset.add(name);
    else result[name] = value.kind === 'text' && !value.isSecret ? value.text : { secret: true };
  }
  const left = Object.entries(result).filter(([name]) => !pending.has(name) && !unset.has(name));
  return { env: Object.fromEntries(left), pending };
}

/** Secrets that stand in the layers that take part, and in the script. */
function literalsOf(
  { provenance }: Composed,
  input: ComposeInput & {
    readonly scripts: Readonly<Record<string, string>>;
    readonly script: string | null;
  },
): readonly SecretLiteral[] {
  const layers = new Set([input.entry]);
  for (const { source, beaten } of provenance.values()) {
    if (source !== null) layers.add(source.file);
    for (const { file } of beaten) layers.add(file);
  }
  const script = input.script === null ? [] : secretLiterals(input.script, input.scripts[input.script] ?? '');
  return [...[...layers].flatMap((file) => secretLiterals(file, input.files[file] ?? '')), ...script];
}

function variableStates(
  { provenance, diagnostics }: Composed,
  facts: {
    readonly env: ReadableEnvironment;
    readonly pending: Pending;
    readonly preview: ReadonlySet<string>;
    readonly marked: ReadonlySet<string>;
    readonly reading: ScriptReading | null;
  },
): readonly VariableState[] {
  const names = new Set<string>();
  for (const { chain } of provenance.values())
    for (const link of chain) if (link.startsWith('env:')) names.add(link.slice('env:'.length));
  const unset = diagnostics.flatMap(({ message }) => unsetName(message) ?? []);
  return [...new Set([...names, ...unset])].toSorted().map((name) => {
    const value = Object.hasOwn(facts.env, name) ? facts.env[name] : undefined;
    const isSecret = isSecretVariable(name) || facts.marked.has(name) || typeof value === 'object';
    const isFromScript = facts.pending.has(name) || (facts.reading?.environment.has(name) ?? false);
    return { name, isSecret, isFromScript, state: stateOf(name, value, facts) };
  });
}

function stateOf(
  name: string,
  value: string | { readonly secret: true } | undefined,
  { pending, preview }: { readonly pending: Pending; readonly preview: ReadonlySet<string> },
): VariableState['state'] {
  if (preview.has(name)) return 'preview';
  if (value !== undefined) return typeof value === 'string' ? 'set' : 'secret';
  return pending.has(name) ? 'pending' : 'missing';
}
