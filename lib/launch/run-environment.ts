import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Env, isSecretValue } from '@/lib/env';
import type { RecipeFiles } from '@/lib/recipe-files/recipe-files';
import { redact } from '@/lib/recipes/environment/mask-secrets';
import { parseEnvScript } from '@/lib/recipes/environment/parse-env-script';
import type { RunVariables } from '@/lib/secrets/code-environment';
import { fullEnvironment, visibleToRecipes } from '@/lib/secrets/recipe-secrets';
import { AppError } from '@/lib/shared/app-error';
import { runEnvScript } from './run-env-script';

/** The environment of a run. It reaches the run as its process environment and is written nowhere. */
export type RunEnvironment = RunVariables & {
  /** The script that made it; null when there is none. */
  readonly script: string | null;
  /** What the script printed, secrets replaced. */
  readonly lines: readonly string[];
};

/** Shorter values are no secrets that could be told from a word of a log. */
const SHORTEST_SECRET = 6;

/**
 * The environment for a run: secret store, this process, and on top what the script leaves. Runs the script, unless a
 * placeholder waits in it. Rejects with `AppError('unprocessable')`.
 */
export async function makeRunEnvironment(
  { env, recipeFiles }: { readonly env: Env; readonly recipeFiles: RecipeFiles },
  { entry, script }: { readonly entry: string; readonly script: string | null },
): Promise<RunEnvironment> {
  const { values: before, stored } = await fullEnvironment(env.dataDir);
  const known = secretsAmong(before, new Set(stored));
  if (script === null)
    return { values: before, secrets: [...known.keys()], fromScript: [], script, lines: [] };
  const place = path.isAbsolute(script) ? script : path.join(recipeFiles.root, script);
  const text = await readFile(place, 'utf8').catch((cause: unknown) => {
    throw new AppError('unprocessable', `${script} prepares this run's environment, and it cannot be read.`, {
      cause,
    });
  });
  const reading = parseEnvScript(text, await visibleToRecipes(env.dataDir));
  const [waiting] = reading.placeholders;
  if (waiting !== undefined)
    throw new AppError(
      'unprocessable',
      `${script} still has a placeholder (${waiting.text}): it was not run.`,
    );
  const outcome = await runEnvScript({
    script: place,
    cwd: path.join(recipeFiles.root, path.posix.dirname(entry)),
    env: before,
    secrets: [...known].map(([name, value]) => ({ name, value })),
  });
  if (!outcome.ok)
    throw new AppError('unprocessable', `${script} did not prepare the environment: ${outcome.error}`);
  const { values, lines } = outcome.value;
  const after = secretsAmong(values, new Set([...stored, ...reading.marked]));
  const made = [...after]
    .filter(([, value]) => value.length >= SHORTEST_SECRET)
    .map(([name, value]) => ({ name, value }));
  // A secret may have several lines.
  const said = redact(lines.join('\n'), made).split('\n').filter(Boolean);
  const fromScript = Object.keys(values).filter((name) => values[name] !== before[name]);
  return { values, secrets: [...after.keys()], fromScript, script, lines: said };
}

/**
 * The environment for a rehearsal: secret store and this process, and what the script sets as far as reading tells;
 * it is not run. Without what belongs to the services that are stood in for.
 */
export async function rehearsalEnvironment(
  env: Env,
  { script, withheld }: { readonly script: string | null; readonly withheld: readonly string[] },
): Promise<RunEnvironment> {
  const { values, stored } = await fullEnvironment(env.dataDir);
  const reading = parseEnvScript(script ?? '', await visibleToRecipes(env.dataDir));
  const unfilled = new Set(reading.placeholders.map(({ name }) => name));
  const read = [...reading.environment].flatMap(([name, value]) =>
    value.kind === 'text' && !unfilled.has(name) ? [[name, value.text] as const] : [],
  );
  const kept = Object.entries({ ...values, ...Object.fromEntries(read) }).filter(
    ([name]) => !withheld.includes(name),
  );
  const own = Object.fromEntries(kept);
  const secrets = [...secretsAmong(own, new Set([...stored, ...reading.marked])).keys()];
  const fromScript = read.map(([name]) => name).filter((name) => !withheld.includes(name));
  return { values: own, secrets, fromScript, script: null, lines: [] };
}

/** Secrets by name, by form, and whatever is made of one. */
function secretsAmong(
  values: Readonly<Record<string, string>>,
  names: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const pairs = Object.entries(values);
  const own = new Map(
    pairs.filter(([name, value]) => value !== '' && (names.has(name) || isSecretValue(name, value))),
  );
  const bits = [...own.values()].filter((value) => value.length >= SHORTEST_SECRET);
  const derived = pairs.filter(([name, value]) => !own.has(name) && bits.some((bit) => value.includes(bit)));
  return new Map([...own, ...derived]);
}

/** The same as a composition may see it. */
export function visibleEnvironment({
  values,
  secrets,
}: RunEnvironment): Readonly<Record<string, string | { readonly secret: true }>> {
  const hidden = new Set(secrets);
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, hidden.has(name) ? { secret: true } : value]),
  );
}
