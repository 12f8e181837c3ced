/** Leaves of a resolved config with their paths, as JSON text; a secret is the word and its name. */
export function configLeaves(value: unknown, path = ''): [path: string, text: string][] {
  if (Array.isArray(value)) {
    if (value.length === 0) return [[path, '[]']];
    return value.flatMap((item: unknown, index) => configLeaves(item, `${path}[${index}]`));
  }
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value);
    const secret = entries.find(([key]) => key === '$secret');
    if (secret !== undefined) return [[path, `secret ${String(secret[1])}`]];
    if (entries.length === 0) return path === '' ? [] : [[path, '{}']];
    return entries.flatMap(([key, item]) => configLeaves(item, path === '' ? key : `${path}.${key}`));
  }
  return [[path, value === undefined ? 'null' : JSON.stringify(value)]];
}
