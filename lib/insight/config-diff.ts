export type ConfigDifference = {
  readonly path: string;
  /** One text per config, in order; null where the config has no such key. */
  readonly values: readonly (string | null)[];
};

export type ConfigDiff = { readonly differences: readonly ConfigDifference[]; readonly equal: number };

/** Compares resolved configs leaf by leaf. Numbers compare by value (1e-4 is 0.0001), a list element by its place. */
export function diffConfigs(configs: readonly unknown[]): ConfigDiff {
  const flat = configs.map((config) => new Map(leaves(config, '')));
  const paths = [...new Set(flat.flatMap((leavesOf) => [...leavesOf.keys()]))];
  const rows = paths.map((path) => ({ path, values: flat.map((leavesOf) => leavesOf.get(path) ?? null) }));
  const differences = rows.filter(({ values }) => values.some((value) => value !== values[0]));
  return { differences, equal: rows.length - differences.length };
}

function leaves(value: unknown, path: string): [string, string][] {
  if (Array.isArray(value)) {
    if (value.length === 0) return [[path, '[]']];
    return value.flatMap((item: unknown, index) => leaves(item, `${path}[${index}]`));
  }
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value);
    const secret = entries.find(([key]) => key === '$secret');
    if (secret !== undefined) return [[path, `secret ${String(secret[1])}`]];
    if (entries.length === 0) return path === '' ? [] : [[path, '{}']];
    return entries.flatMap(([key, item]) => leaves(item, path === '' ? key : `${path}.${key}`));
  }
  return [[path, value === undefined ? 'null' : JSON.stringify(value)]];
}
