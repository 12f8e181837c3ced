import { configLeaves } from './config-leaves';

export type ConfigDifference = {
  readonly path: string;
  /** One text per config, in order; null where the config has no such key. */
  readonly values: readonly (string | null)[];
};

export type ConfigDiff = { readonly differences: readonly ConfigDifference[]; readonly equal: number };

/** Compares resolved configs leaf by leaf. Numbers compare by value (1e-4 is 0.0001), a list element by its place. */
export function diffConfigs(configs: readonly unknown[]): ConfigDiff {
  const flat = configs.map((config) => new Map(configLeaves(config)));
  const paths = [...new Set(flat.flatMap((leavesOf) => [...leavesOf.keys()]))];
  const rows = paths.map((path) => ({ path, values: flat.map((leavesOf) => leavesOf.get(path) ?? null) }));
  const differences = rows.filter(({ values }) => values.some((value) => value !== values[0]));
  return { differences, equal: rows.length - differences.length };
}
