import { newBudget } from './budget';
import type { ComposeInput } from './compose';
import {
  type DefaultEntry,
  finalPackage,
  groupPath,
  layerPath,
  nameOf,
  newEntry,
  placeEntry,
} from './defaults/default-entry';
import { createLayerStore, type LayerStore } from './defaults/layer-store';
import { readDefaults } from './defaults/read-defaults';
import { missingLayer } from './defaults/missing-layer';
import { attempt, type Failure } from './failure';
import { parseOverride } from './overrides/parse-override';

/** A person mends one thing at a time; more than this is noise. */
const MOST = 50;

/**
 * What else is wrong when composition has stopped at its first failure: the other overrides' syntax, and the
 * layers that the defaults lists name, followed as far as they can be read.
 */
export function furtherFailures(input: ComposeInput, first: Failure): readonly Failure[] {
  const found = [...overrideFailures(input), ...layerTreeFailures(input)];
  const seen = new Set([identityOf(first)]);
  const others = found.filter((failure) => {
    const identity = identityOf(failure);
    if (seen.has(identity)) return false;
    seen.add(identity);
    return true;
  });
  return others.slice(0, MOST);
}

function identityOf({ problem }: Failure): string {
  return JSON.stringify([problem.class, problem.message, problem.range ?? null]);
}

function overrideFailures({ overrides = [] }: ComposeInput): readonly Failure[] {
  return overrides.flatMap((text, index) => {
    const parsed = attempt(() => parseOverride(text, index));
    return parsed.ok ? [] : [parsed.error];
  });
}

function layerTreeFailures({ entry, files }: ComposeInput): readonly Failure[] {
  const store = createLayerStore(files, newBudget());
  const primary = newEntry({
    kind: 'layer',
    path: entry,
    value: null,
    package: null,
    range: null,
    isPrimary: true,
  });
  const found: Failure[] = [];
  const visited = new Set<string>();
  const waiting = [primary];
  for (let next = waiting.shift(); next !== undefined && found.length < MOST; next = waiting.shift()) {
    const path = layerPath(next);
    if (visited.has(path)) continue;
    visited.add(path);
    const inspected = attempt(() => store.inspect(path).failures);
    found.push(...(inspected.ok ? inspected.value : [inspected.error]));
    const children = attempt(() => childrenOf(next, store));
    if (children.ok) waiting.push(...children.value);
    else found.push(children.error);
  }
  return found;
}

/** The entries of a layer's list that can be followed without knowing what is chosen elsewhere. */
function childrenOf(parent: DefaultEntry, store: LayerStore): readonly DefaultEntry[] {
  const { layer } = store.inspect(layerPath(parent));
  if (layer === null && !parent.isOptional && !store.hasLayer(layerPath(parent)))
    throw missingLayer(parent, store);
  if (layer?.root.kind !== 'map') return [];
  const list = readDefaults(layer.root, layer.file);
  for (const entry of list) placeEntry(entry, groupPath(parent), finalPackage(parent));
  return list.filter((entry) => {
    const name = nameOf(entry);
    return (
      name !== null &&
      name !== '_self_' &&
      name !== '???' &&
      !entry.isOverride &&
      !layerPath(entry).includes('${')
    );
  });
}
