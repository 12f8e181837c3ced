import type { ConfigView } from '@/lib/recipes/config-view';
import type { Advice } from './health';

/** What to change when a rule speaks. */
export type AdviceRule = {
  /** The same setting under the names of different backends; the first that the config has, or the first. */
  readonly keys: readonly string[];
  readonly why: string;
  /** From the value as it stands; null = no value to name, undefined = this advice does not fit here. */
  readonly suggest?: (current: unknown, config: ConfigView) => string | number | boolean | null | undefined;
};

/** Backends whose settings lie under `…actor`; everywhere else they lie under `…config`. */
const NESTED = 'actor';

/** Advice for this config: keys as they stand in it, and values from its own. */
export function adviceFor(rules: readonly AdviceRule[], config: ConfigView): readonly Advice[] {
  return rules.flatMap(({ keys, why, suggest }) => {
    const paths = keys.map((key) => withActor(key, config));
    const path = paths.find((one) => config.get(one) !== undefined) ?? fittest(paths, config);
    if (path === undefined) return [];
    const current = config.get(path);
    const suggested = suggest === undefined ? null : suggest(current, config);
    if (suggested === undefined) return [];
    return [{ key: path, current: textOf(current), suggested: textOf(suggested), why }];
  });
}

/** `service.train_service.*` is the service that trains the policy. */
function withActor(key: string, config: ConfigView): string {
  const services = config.keys('service.train_service');
  const isActor = (name: string): boolean => config.text(`service.train_service.${name}.role`) === 'actor';
  const actor = services.find(isActor) ?? services[0] ?? 'main_actor';
  return key.replace('*', actor);
}

/** Of keys that the config does not have, the one that its backend would read. */
function fittest(paths: readonly string[], config: ConfigView): string | undefined {
  const service = withActor('service.train_service.*', config);
  const isNested = config.get(`${service}.${NESTED}`) !== undefined;
  return paths.find((path) => path.startsWith(`${service}.${NESTED}.`) === isNested) ?? paths[0];
}

function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number') return String(Number(value.toPrecision(3)));
  return typeof value === 'string' || typeof value === 'boolean' ? String(value) : JSON.stringify(value);
}
