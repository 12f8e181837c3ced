import type { SourceRange } from '@/lib/recipes/diagnostic';
import { entryAt, isBelow } from './cursor';
import { spanAt } from './definition';
import { spansIn } from './interpolation-spans';
import { type LanguageFacts, mountOf } from './language-facts';
import { layerUses, type MountedLayer, roughUses } from './layer-uses';
import { type ConfigPath, type OutlineEntry, outlineOf } from './outline';
import { pathKey, stepsOf, targetOf } from './path-steps';

/** A place that gives a key, or an interpolation that reads it or something below it. */
export type Reference = SourceRange & { readonly kind: 'key' | 'interpolation' };

export type References = {
  readonly references: readonly Reference[];
  /** Variants that use one of the layers but cannot be followed to all of theirs. */
  readonly broken: readonly string[];
};

/** The config path of the key, or of the interpolation's step, under the cursor. */
export function keyAt(
  facts: LanguageFacts,
  file: string,
  offset: number,
): { readonly path: ConfigPath; readonly range: SourceRange } | null {
  const text = facts.layers[file];
  const found = text === undefined ? null : entryAt(text, offset);
  if (text === undefined || found === null || found.entry.path[0] === 'defaults') return null;
  const { entry, part } = found;
  const own = [...mountOf(facts, file), ...entry.path];
  if (part === 'key' && entry.key !== null) return { path: own, range: { file, ...entry.key } };
  const span = spanAt(text, entry, offset);
  if (span?.path == null) return null;
  const { dots, steps } = stepsOf(text, span.path);
  const at = steps.findIndex(({ start, end }) => start <= offset && offset <= end);
  const step = steps[at];
  const path = step === undefined ? null : targetOf(own, { dots, steps: steps.slice(0, at + 1) });
  if (step === undefined || path === null) return null;
  return { path, range: { file, start: step.start, end: step.end } };
}

/** Every place that gives a key or reads it, in every variant that uses one of the layers that give it. */
export function referencesOf(facts: LanguageFacts, file: string, path: ConfigPath): References {
  const { uses, broken } = relatedUses(facts, file, path);
  const found = new Map<string, Reference>();
  for (const use of uses)
    for (const reference of referencesIn(facts, use, path))
      found.set(`${reference.start} ${reference.file}`, reference);
  const references = [...found.values()].toSorted(
    (a, b) => a.file.localeCompare(b.file) || a.start - b.start,
  );
  return { references, broken };
}

/** A shared layer that gives the key draws in the variants of other recipes that use it. */
function relatedUses(
  facts: LanguageFacts,
  file: string,
  path: ConfigPath,
): { readonly uses: readonly MountedLayer[]; readonly broken: readonly string[] } {
  const all = facts.variants.map((entry) => usesOf(facts, entry));
  const taken = new Map<string, MountedLayer>();
  const givers = new Set([file]);
  const broken = new Set<string>();
  for (const giver of givers) {
    const users = all.filter(({ uses }) => uses.some((use) => use.file === giver));
    for (const { entry, isBroken } of users) if (isBroken) broken.add(entry);
    for (const use of users.flatMap(({ uses }) => uses)) {
      taken.set(`${pathKey(use.mount)} ${use.file}`, use);
      if (referencesIn(facts, use, path).some(({ kind }) => kind === 'key')) givers.add(use.file);
    }
  }
  if (taken.size === 0) taken.set(file, { file, mount: mountOf(facts, file) });
  return { uses: [...taken.values()], broken: [...broken] };
}

function usesOf({ layers, env }: LanguageFacts, entry: string) {
  const uses = layerUses({ files: layers, entry, env });
  return { entry, uses: uses ?? roughUses(layers, entry), isBroken: uses === null };
}

function referencesIn(
  { layers }: LanguageFacts,
  { file, mount }: MountedLayer,
  path: ConfigPath,
): readonly Reference[] {
  const text = layers[file] ?? '';
  return outlineOf(text).flatMap((entry) => {
    if (entry.path[0] === 'defaults') return [];
    const own = [...mount, ...entry.path];
    const reads = readersIn(text, entry, { own, path }).map((range) => ({
      file,
      ...range,
      kind: 'interpolation' as const,
    }));
    if (entry.key === null || pathKey(own) !== pathKey(path)) return reads;
    return [{ file, ...entry.key, kind: 'key' as const }, ...reads];
  });
}

/** The steps of an entry's interpolations that name a key. */
function readersIn(
  text: string,
  { kind, value }: OutlineEntry,
  { own, path }: { readonly own: ConfigPath; readonly path: ConfigPath },
) {
  if (kind !== 'scalar' || value === null) return [];
  return spansIn(text, value).flatMap((span) => {
    if (span.path === null || !span.isClosed) return [];
    const { dots, steps } = stepsOf(text, span.path);
    const target = targetOf(own, { dots, steps });
    if (target === null || !(pathKey(target) === pathKey(path) || isBelow(target, path))) return [];
    // counted from the end, since a relative path leaves out what is above
    const step = steps[steps.length - 1 - (target.length - path.length)];
    return step === undefined ? [] : [{ start: step.start, end: step.end }];
  });
}
