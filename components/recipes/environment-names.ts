const REFERENCE = /\$\{\s*oc\.env\s*:\s*([A-Za-z_][A-Za-z0-9_]*)/g;

/** Names of the environment variables that layers read; no others are ever sent to the browser. */
export function environmentNames(texts: readonly string[]): readonly string[] {
  const names = texts.flatMap((text) => [...text.matchAll(REFERENCE)].map((match) => match[1] ?? ''));
  return [...new Set(names)].toSorted();
}
