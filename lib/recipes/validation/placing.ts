import type { Composed } from '../compose';
import { provenanceWithin } from '../config-diagnostics';
import type { Diagnostic } from '../diagnostic';
import { editPathOf } from '../edits/edit-path';
import type { LayerEntry, LayerNode } from '../layers/layer-node';
import { parseLayer } from '../layers/parse-layer';
import type { Migration } from '../migrate-legacy';
import { sectionsAround } from '../parent-path';
import type { Repair } from '../rules/rule';

export type Placing = {
  /** A config path of today's shape as it stands in the layers. */
  readonly toSource: (path: string) => string;
  /** Of the value; where nothing is set, of the key of the nearest section around it. */
  readonly rangeOf: (path: string) => Diagnostic['range'];
  /** Of the key itself, where its value was set. */
  readonly keyRangeOf: (path: string) => Diagnostic['range'];
  /** A repair of the layers; undefined where no layer can be changed, e.g. for a value of the command line. */
  readonly fixOf: (repair: Repair | undefined) => Diagnostic['fix'];
};

export type Layers = {
  /** The variant's path, e.g. `math/self_hosted.yaml`. */
  readonly entry: string;
  readonly files: Readonly<Record<string, string>>;
};

/** Knows where a config path stands in the layers, and how a layer is changed. */
export function createPlacing(
  { provenance }: Composed,
  layers: Layers,
  migrations: readonly Migration[],
): Placing {
  const moved = migrations.filter(({ from, to }) => from !== to);
  const toSource = (path: string) => {
    // the last move was made on top of the earlier ones
    return moved.reduceRight((place, { from, to }) => {
      const isWithin = place === to || place.startsWith(`${to}.`);
      return isWithin ? `${from}${place.slice(to.length)}` : place;
    }, path);
  };
  const rangeOf = (path: string) => {
    const place = provenanceWithin(provenance, toSource(path));
    return place === undefined ? sectionAround(provenance, layers, toSource(path)) : place.source;
  };
  return {
    toSource,
    rangeOf,
    keyRangeOf: (path) => {
      const range = rangeOf(path);
      return range === null ? null : (keyRange(layers, range.file, toSource(path)) ?? range);
    },
    fixOf: (repair) => {
      if (repair === undefined) return undefined;
      const source = toSource(repair.path);
      const own = provenance.get(source);
      if (own !== undefined && own.source === null) return undefined;
      // what the environment says on this machine is not to become the recipe's
      const isFromEnvironment = own?.chain.some((station) => station.startsWith('env:')) === true;
      if (isFromEnvironment && !repair.set.includes('${')) return undefined;
      const file = repair.layer === 'variant' ? null : (own?.source?.file ?? null);
      const { title, set: value } = repair;
      return { title, change: { kind: 'set', path: source, value, file, variant: layers.entry } };
    },
  };
}

/** The nearest section that exists, in the variant if it stands there, else where something in it was set. */
function sectionAround(
  provenance: Composed['provenance'],
  layers: Layers,
  missing: string,
): Diagnostic['range'] {
  for (const path of sectionsAround(missing)) {
    const inside = provenanceWithin(provenance, path);
    if (inside === undefined) continue;
    if (provenance.has(path)) return inside.source;
    const there = inside.source === null ? null : keyRange(layers, inside.source.file, path);
    return keyRange(layers, layers.entry, path) ?? there ?? inside.source;
  }
  return null;
}

/** The layer was parsed to compose, so this costs nothing. */
function keyRange({ files }: Layers, file: string, path: string): Diagnostic['range'] {
  const text = files[file];
  const parsed = text === undefined ? null : parseLayer(text);
  if (parsed?.ok !== true) return null;
  const steps = editPathOf(path);
  const around = steps
    .slice(0, -1)
    .reduce<LayerNode | null>(
      (node, step) => (typeof step === 'number' ? itemOf(node, step) : (entryOf(node, step)?.value ?? null)),
      parsed.root,
    );
  const entry = entryOf(around, String(steps.at(-1)));
  return entry === undefined ? null : { file, start: entry.keyStart, end: entry.keyEnd };
}

function itemOf(node: LayerNode | null, index: number): LayerNode | null {
  return node?.kind === 'list' ? (node.items[index] ?? null) : null;
}

type EntriesByName = ReadonlyMap<string, LayerEntry>;

/** A finding per key would else walk the whole map for each. */
const entriesOf = new WeakMap<LayerNode, EntriesByName>();

function entryOf(node: LayerNode | null, name: string): LayerEntry | undefined {
  if (node?.kind !== 'map') return undefined;
  const known = entriesOf.get(node);
  if (known !== undefined) return known.get(name);
  const byName: EntriesByName = new Map(
    node.entries.flatMap((entry) => (entry.key.kind === 'string' ? [[entry.key.value, entry]] : [])),
  );
  entriesOf.set(node, byName);
  return byName.get(name);
}
