import { Failure } from '@/lib/recipes/failure';
import type { LayerMap } from '@/lib/recipes/layers/layer-node';
import type { Choices } from './choices';
import {
  type DefaultEntry,
  finalPackage,
  groupPath,
  isSelf,
  layerPath,
  nameOf,
  newEntry,
  placeEntry,
} from './default-entry';
import type { InterpolateChoice } from './interpolate-choice';
import type { Layer, LayerStore } from './layer-store';
import { missingLayer } from './missing-layer';
import { readDefaults } from './read-defaults';

/** One layer to merge, and where its content goes. */
export type LayerUse = { readonly layer: Layer; readonly package: string };

/** Layers include layers; a chain longer than this is a circle. */
const DEEPEST = 60;

export type DefaultsInput = {
  readonly store: LayerStore;
  readonly choices: Choices;
  readonly interpolate: InterpolateChoice;
  /** Hydra's reading of a primary layer in a folder: its content goes below the folder's name. */
  readonly packageFromFolder: boolean;
  /** Told about a primary layer whose list lacks `_self_` although it sets values. */
  readonly onMissingSelf: (layer: Layer) => void;
};

/** The primary layer's tree of defaults → the layers in the order in which they are merged. */
export function resolveDefaults(entry: string, input: DefaultsInput): readonly LayerUse[] {
  const resolver = new DefaultsResolver(input);
  const uses = resolver.primary(entry);
  input.choices.checkAllUsed();
  return uses;
}

type Use = LayerUse & { readonly key: string | null };

let usualHydra: readonly Use[] | null = null;

class DefaultsResolver {
  private readonly input: DefaultsInput;
  private readonly path: string[] = [];

  constructor(input: DefaultsInput) {
    this.input = input;
  }

  primary(path: string): readonly LayerUse[] {
    const isRooted = !this.input.packageFromFolder;
    const facts = { kind: 'layer', value: null, package: null, range: null } as const;
    const primary = newEntry({ ...facts, path, isPrimary: true, isRooted });
    if (!this.input.store.hasLayer(path)) throw missingLayer(primary, this.input.store);
    const own = this.visit(primary, false);
    const uses = [...this.hydra(), ...own];
    refuseRepeats(uses);
    return uses;
  }

  /** Hydra's own layers. They are the same for every recipe that neither brings nor chooses any. */
  private hydra(): readonly Use[] {
    const visit = () => {
      const facts = { kind: 'layer', value: null, package: null, range: null } as const;
      return this.visit(newEntry({ ...facts, path: 'hydra/config' }), false);
    };
    const { choices, store } = this.input;
    if (choices.mayConcern('hydra') || store.hasOwnFiles('hydra')) return visit();
    usualHydra ??= visit();
    return usualHydra;
  }

  /** The uses of an entry and of everything that it includes. */
  private visit(entry: DefaultEntry, fromInterpolation: boolean): readonly Use[] {
    const { choices, store } = this.input;
    const name = nameOf(entry);
    const path = layerPath(entry);
    if (name !== null && name !== '???') entry.header = store.load(path)?.header ?? null;
    if (choices.takeDeleted(entry)) return [];
    choices.note(entry);
    if (name === null) return [];
    if (path.endsWith('???')) throw this.mustChoose(entry);
    const layer = store.load(path);
    if (layer !== null) return this.include(entry, layer, fromInterpolation);
    if (entry.isOptional) return [];
    throw missingLayer(entry, store);
  }

  private include(entry: DefaultEntry, layer: Layer, fromInterpolation: boolean): readonly Use[] {
    this.path.push(layerPath(entry));
    if (this.path.length > DEEPEST) throw this.circle(entry);
    const uses = this.children(entry, layer, fromInterpolation);
    this.path.pop();
    return uses;
  }

  private children(entry: DefaultEntry, layer: Layer, fromInterpolation: boolean): readonly Use[] {
    const list = layer.root.kind === 'map' ? readDefaults(layer.root, layer.file) : [];
    const appended = entry.isPrimary ? this.input.choices.appendedEntries() : [];
    const isIncluder = list.length > 0 || appended.length > 0;
    if (isIncluder && addSelf(list, layer) && entry.isPrimary && setsValues(layer))
      this.input.onMissingSelf(layer);
    list.push(...appended);
    this.noteOverrides(entry, list, fromInterpolation);
    const own: Use = { layer, package: finalPackage(entry), key: null };
    const asWhole: Use = { ...own, key: entry.kind === 'group' ? this.input.choices.keyOf(entry) : null };
    const groups = this.visitList(entry, list, { own, fromInterpolation });
    return groups === null ? [asWhole] : groups;
  }

  /** Null when the list holds nothing but overrides: then the layer stands for itself. */
  private visitList(
    entry: DefaultEntry,
    list: readonly DefaultEntry[],
    { fromInterpolation, own }: { own: Use; fromInterpolation: boolean },
  ): readonly Use[] | null {
    const found = new Map<DefaultEntry, readonly Use[]>();
    const deferred: DefaultEntry[] = [];
    for (const child of list.toReversed()) {
      if (isSelf(child)) found.set(child, [own]);
      else if (!child.isOverride) {
        placeEntry(child, groupPath(entry), finalPackage(entry));
        this.input.choices.apply(child);
        if (Array.isArray(child.value)) found.set(child, this.visitOptions(entry, child, fromInterpolation));
        else if (isInterpolated(child)) deferred.push(child);
        else found.set(child, this.visit(child, fromInterpolation));
      }
    }
    for (const child of deferred) found.set(child, this.visitDeferred(entry, child));
    const used = list.filter((child) => found.has(child));
    return used.length === 0 ? null : used.flatMap((child) => found.get(child) ?? []);
  }

  /** `db: [a, b]`: each option is a layer of the group. */
  private visitOptions(
    parent: DefaultEntry,
    group: DefaultEntry,
    fromInterpolation: boolean,
  ): readonly Use[] {
    const options = Array.isArray(group.value) ? group.value : [];
    const uses = options.toReversed().map((option: string) => {
      if (option.includes('${'))
        throw new Failure({
          class: 'defaults_invalid',
          message: 'Choices in a list cannot hold an interpolation.',
          range: group.range,
        });
      const path = `${group.path}/${option}`;
      const entry = newEntry({
        kind: 'layer',
        path,
        value: null,
        package: group.package,
        isOptional: group.isOptional,
        range: group.range,
      });
      placeEntry(entry, groupPath(parent), finalPackage(parent));
      return this.visit(entry, fromInterpolation);
    });
    return uses.toReversed().flat();
  }

  /** A choice such as `${db}_tuned` is made when all other choices of its list are known. */
  private visitDeferred(parent: DefaultEntry, child: DefaultEntry): readonly Use[] {
    const resolved = this.input.interpolate(child, this.input.choices.known);
    placeEntry(resolved, groupPath(parent), finalPackage(parent));
    return this.visit(resolved, true);
  }

  private noteOverrides(
    parent: DefaultEntry,
    list: readonly DefaultEntry[],
    fromInterpolation: boolean,
  ): void {
    let last: DefaultEntry | null = null;
    for (const child of list) {
      if (isSelf(child)) continue;
      placeEntry(child, groupPath(parent), finalPackage(parent));
      if (last !== null && !child.isOverride && !child.isAppended)
        throw new Failure({
          class: 'defaults_invalid',
          message: `Overrides come last in a defaults list, but "override ${this.input.choices.keyOf(last)}" stands before this entry. Move it to the end.`,
          range: child.range,
        });
      if (!child.isOverride) continue;
      last = child;
      if (fromInterpolation)
        throw new Failure({
          class: 'defaults_invalid',
          message: 'A layer that was chosen by an interpolation cannot override other choices.',
          range: child.range,
        });
      this.input.choices.addOverride(child);
    }
  }

  private mustChoose(entry: DefaultEntry): Failure {
    const { range } = entry;
    if (entry.kind === 'layer')
      return new Failure({ class: 'defaults_invalid', message: 'The name of a layer cannot be ???.', range });
    const key = this.input.choices.keyOf(entry);
    const options = this.input.store.choices(groupPath(entry));
    const known = options.length > 0 ? ` Choices: ${options.join(', ')}.` : '';
    return new Failure({
      class: 'mandatory_group',
      message: `The group "${key}" must be chosen: add the override ${key}=NAME.${known}`,
      range,
    });
  }

  private circle(entry: DefaultEntry): Failure {
    const path = layerPath(entry);
    const again = this.path.lastIndexOf(path, -2);
    const round = again === -1 ? this.path.slice(-4) : this.path.slice(again);
    return new Failure({
      class: 'cycle',
      message: `The layers include each other in a circle: ${round.join(' → ')}.`,
      range: entry.range,
    });
  }
}

function isInterpolated(entry: DefaultEntry): boolean {
  if (entry.kind === 'layer') return layerPath(entry).includes('${');
  return typeof entry.value === 'string' && entry.value.includes('${');
}

/** Without `_self_` a layer comes after everything that it lists, so its own values win. */
function addSelf(list: DefaultEntry[], layer: Layer): boolean {
  const selves = list.filter(isSelf);
  const [, second] = selves;
  if (second !== undefined)
    throw new Failure({
      class: 'defaults_invalid',
      message: '`_self_` stands twice in this list. Keep one.',
      range: second.range,
    });
  const hasOther = list.some((entry) => !entry.isOverride);
  if (selves.length > 0 || (!hasOther && list.length > 0)) return false;
  list.push(
    newEntry({
      kind: 'layer',
      path: '_self_',
      value: null,
      package: null,
      range: { file: layer.file, start: 0, end: 0 },
    }),
  );
  return hasOther;
}

function setsValues({ root }: Layer): boolean {
  return (
    root.kind === 'map' &&
    contentOf(root).entries.some(
      ({ value }) =>
        !(value.kind === 'scalar' && value.value.kind === 'string' && value.value.value === '???'),
    )
  );
}

function refuseRepeats(uses: readonly Use[]): void {
  const seen = new Set<string>();
  for (const { key, layer } of uses) {
    if (key === null) continue;
    if (seen.has(key))
      throw new Failure({
        class: 'duplicate_group',
        message: `The group "${key}" appears more than once.`,
        range: { file: layer.file, start: 0, end: 0 },
      });
    seen.add(key);
  }
}

/** A layer's content without its defaults list. */
export function contentOf(root: LayerMap): LayerMap {
  return {
    ...root,
    entries: root.entries.filter(({ key }) => key.kind !== 'string' || key.value !== 'defaults'),
  };
}
