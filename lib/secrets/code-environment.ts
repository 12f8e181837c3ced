import {
  type Env,
  isSecretValue,
  processEnvironment,
  SCRIPT_NAMES_VARIABLE,
  secretsOfProcess,
} from '@/lib/env';
import type { KnownSecret } from '@/lib/recipes/environment/mask-secrets';
import { fullEnvironment } from './recipe-secrets';

/** A run's variables, and which of them recipe code does not see unless it asks. */
export type RunVariables = {
  /** Never show it. */
  readonly values: Readonly<Record<string, string>>;
  /** Names in it whose values are secrets. */
  readonly secrets: readonly string[];
  /** Names that the recipe's own environment script set. */
  readonly fromScript: readonly string[];
};

/** The part of `rollout_worker` that names secrets. */
type Asking = {
  readonly secrets: readonly string[];
  readonly evaluator_args: Readonly<Record<string, unknown>>;
};

/** What evaluators, workers and tools of a recipe see: every variable but the secrets that the recipe does not name. */
export function codeEnvironment(
  { values, secrets, fromScript }: RunVariables,
  { secrets: named, evaluator_args: { api_key_variable: key } }: Asking,
): NodeJS.ProcessEnv {
  const asked = new Set([...named, ...fromScript, ...(typeof key === 'string' ? [key] : [])]);
  const hidden = new Set(secrets.filter((name) => !asked.has(name)));
  return { NODE_ENV: 'production', ...withoutNames(values, hidden) };
}

/** For what must not be said again, whether recipe code sees it or not. */
export function knownSecrets({ values, secrets }: RunVariables): readonly KnownSecret[] {
  return secrets.flatMap((name) => {
    const value = values[name];
    return value === undefined || value === '' ? [] : [{ name, value }];
  });
}

/** Before a run has an environment of its own: that of this process, with the store of secrets. */
export async function ownVariables({ dataDir }: Pick<Env, 'dataDir'>): Promise<RunVariables> {
  const { values, stored } = await fullEnvironment(dataDir);
  return { values, secrets: secretNames(values, stored), fromScript: [] };
}

/** Of a run process, as its starter made them. */
export function variablesOfProcess(): RunVariables {
  const values = processEnvironment();
  const told = secretsOfProcess().map(({ name }) => name);
  const fromScript = (values[SCRIPT_NAMES_VARIABLE] ?? '').split(',').filter(Boolean);
  return { values, secrets: secretNames(values, told), fromScript };
}

function secretNames(values: Readonly<Record<string, string>>, known: readonly string[]): readonly string[] {
  const found = Object.entries(values).filter(([name, value]) => isSecretValue(name, value));
  return [...new Set([...known, ...found.map(([name]) => name)])];
}

function withoutNames(
  values: Readonly<Record<string, string>>,
  names: ReadonlySet<string>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.has(name)));
}
