import { compose, type Composed, type ComposeInput } from '@/lib/recipes/compose';
import type { ConfigValue } from '@/lib/recipes/config-value';
import type { Diagnostic } from '@/lib/recipes/diagnostic';

export type SetupScript = {
  /** From the recipes root, or absolute; null when the variant has none. */
  readonly path: string | null;
  /** What is wrong with the choice. */
  readonly problem: Diagnostic | null;
};

/**
 * The script that prepares a variant's environment: `environment.setup_script`, else `<variant>.env.sh` beside it when
 * there is one. `scripts`: the scripts that exist.
 */
export function findSetupScript(input: ComposeInput, scripts: Readonly<Record<string, string>>): SetupScript {
  const beside = input.entry.replace(/\.ya?ml$/i, '.env.sh');
  const usual = Object.hasOwn(scripts, beside) ? beside : null;
  const texts = [...Object.values(input.files), ...(input.overrides ?? [])];
  // composing twice only for who uses the keys
  if (!texts.some((text) => text.includes('setup_script'))) return { path: usual, problem: null };
  return chosen(compose(input), { input, scripts, usual });
}

type Choice = {
  readonly input: ComposeInput;
  readonly scripts: Readonly<Record<string, string>>;
  readonly usual: string | null;
};

// eslint-disable-next-line complexity -- the order in which a script is looked for
function chosen(composed: Composed, { input, scripts, usual }: Choice): SetupScript {
  const named = at(composed.resolved, ['environment', 'setup_script']);
  const required = at(composed.resolved, ['environment', 'require_setup_script']);
  const isRequired = required?.kind === 'bool' && required.value;
  const name = named?.kind === 'string' || named?.kind === 'path' ? named.value.trim() : '';
  if (name === '') {
    if (usual !== null || !isRequired) return { path: usual, problem: null };
    const message = `environment.require_setup_script is true, but there is no script: name one in environment.setup_script, or put ${input.entry.replace(/\.ya?ml$/i, '.env.sh')} beside the variant.`;
    return { path: null, problem: problem('environment.require_setup_script', message, composed) };
  }
  const path = name.startsWith('/') ? name : resolved(input.entry, name);
  if (path !== null && Object.hasOwn(scripts, path)) return { path, problem: null };
  // only the server can look at other places of the disk
  if (path?.startsWith('/') === true) return { path, problem: null };
  const message = `environment.setup_script is ${name}, and there is no such file${path === null ? ' below the recipes folder' : `: ${path}`}. Correct the path, which starts at the folder of ${input.entry}, or make the file.`;
  return { path: null, problem: problem('environment.setup_script', message, composed) };
}

function problem(path: string, message: string, { provenance }: Composed): Diagnostic {
  const range = provenance.get(path)?.source ?? null;
  return { code: 'env-script-missing', severity: 'error', message, path, range };
}

/** A path beside the entry, `..` taken out; null when it leaves the root. */
function resolved(entry: string, name: string): string | null {
  const parts = entry.split('/').slice(0, -1);
  for (const part of name.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.join('/');
}

function at(value: ConfigValue | null, keys: readonly string[]): ConfigValue | null {
  let here = value;
  for (const key of keys) {
    if (here?.kind !== 'map') return null;
    here = here.entries.find(([name]) => name.kind === 'string' && name.value === key)?.[1] ?? null;
  }
  return here;
}
