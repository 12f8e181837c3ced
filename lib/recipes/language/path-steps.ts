import type { ConfigPath, TextRange } from './outline';

/** One step of a path written in a text: `batch_size` of `data.batch_size`. */
export type PathStep = TextRange & { readonly name: string };

/** `..a.b[0]` → how many dots it begins with, and its steps with their places. */
export function stepsOf(text: string, range: TextRange): { dots: number; steps: readonly PathStep[] } {
  const source = text.slice(range.start, range.end);
  const dots = /^\.*/.exec(source)?.[0].length ?? 0;
  const steps = [...source.slice(dots).matchAll(/[^.[\]]+/g)].map(({ 0: name, index }) => {
    const start = range.start + dots + index;
    return { name, start, end: start + name.length };
  });
  return { dots, steps };
}

/** The path from the top of the configuration that a reference standing at `owner` means; null above the top. */
export function targetOf(
  owner: ConfigPath,
  { dots, steps }: { readonly dots: number; readonly steps: readonly PathStep[] },
): ConfigPath | null {
  const names = steps.map(({ name }) => name);
  if (dots === 0) return names;
  if (dots > owner.length) return null;
  return [...owner.slice(0, owner.length - dots), ...names];
}

/** `['data', 'files', 0]` and `['data', 'files', '0']` are one path. */
export function pathKey(path: ConfigPath): string {
  return path.join('\u0000');
}

/** The dotted form that provenance and messages use: `data.files[0]`. */
export function dotted(path: ConfigPath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}
