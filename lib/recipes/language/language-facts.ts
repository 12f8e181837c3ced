import type { Composed, ComposeInput } from '@/lib/recipes/compose';
import { dotted, pathKey } from './path-steps';
import { type ConfigPath, type OutlineEntry, outlineOf } from './outline';
import { layerUses, type MountedLayer, roughUses } from './layer-uses';
import type { SourceRange } from '@/lib/recipes/diagnostic';

/** What every question about a text is answered from. */
export type LanguageFacts = {
  /** Layers of all recipes by path, as they stand in the editor. */
  readonly layers: Readonly<Record<string, string>>;
  /** Environment scripts and code of this recipe, by path. */
  readonly others: Readonly<Record<string, string>>;
  /** Every file that a recipe may name, whether or not its text is known. */
  readonly paths: readonly string[];
  /** Recipe folder. */
  readonly recipe: string;
  /** The variant in view; null in a recipe without one. */
  readonly entry: string | null;
  /** Every variant of every recipe: a layer may be shared. */
  readonly variants: readonly string[];
  readonly env: ComposeInput['env'];
  /** The variant in view, as it last composed; null before it ever did. */
  readonly composed: Composed | null;
};

/** The layers of the variant in view. */
export function usesInView({ entry, layers, env }: LanguageFacts): readonly MountedLayer[] {
  if (entry === null) return [];
  return layerUses({ files: layers, entry, env }) ?? roughUses(layers, entry);
}

/** Where a layer's content stands in the configuration in view. */
export function mountOf(facts: LanguageFacts, file: string): readonly string[] {
  return usesInView(facts).find((use) => use.file === file)?.mount ?? [];
}

/** A place where a layer gives a key. */
export type KeyPlace = { readonly file: string; readonly entry: OutlineEntry };

/** Every layer of a variant that gives a key, the one merged last first. */
export function placesOf(
  layers: LanguageFacts['layers'],
  uses: readonly MountedLayer[],
  path: ConfigPath,
): readonly KeyPlace[] {
  const wanted = pathKey(path);
  return uses.toReversed().flatMap(({ file, mount }) =>
    outlineOf(layers[file] ?? '')
      .filter((entry) => entry.path[0] !== 'defaults' || mount.length > 0)
      .filter((entry) => pathKey([...mount, ...entry.path]) === wanted)
      .map((entry) => ({ file, entry })),
  );
}

export function keyRange({ file, entry }: KeyPlace): SourceRange {
  const { key, start } = entry;
  return { file, start: key?.start ?? start, end: key?.end ?? start + 1 };
}

/** The place that gives a configured value, by what composition says of it; for a section the layer merged last. */
export function winnerOf(facts: LanguageFacts, path: ConfigPath): KeyPlace | null {
  const places = placesOf(facts.layers, usesInView(facts), path);
  const source = facts.composed?.provenance.get(dotted(path))?.source;
  const exact = places.find(
    ({ file, entry }) => file === source?.file && entry.value?.start === source.start,
  );
  return exact ?? places.find(({ file }) => file === source?.file) ?? places[0] ?? null;
}
