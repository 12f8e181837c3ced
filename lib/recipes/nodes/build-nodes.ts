import { type Budget, spend } from '@/lib/recipes/budget';
import type { ConfigValue } from '@/lib/recipes/config-value';
import { Failure } from '@/lib/recipes/failure';
import { checkSyntax } from '@/lib/recipes/interpolation/check-syntax';
import type { LayerNode } from '@/lib/recipes/layers/layer-node';
import {
  type ConfigNode,
  newList,
  newMap,
  newScalar,
  NOWHERE,
  type Origin,
  setEntry,
  setItem,
} from './config-node';

/** A layer's value as nodes. The layer was checked before. */
export function buildNodes(layer: LayerNode, file: string, budget: Budget): ConfigNode {
  spend(budget);
  const origin: Origin = { source: { file, start: layer.start, end: layer.end }, beaten: [] };
  switch (layer.kind) {
    case 'scalar':
      return newScalar(layer.value, origin);
    case 'list': {
      const list = newList(origin);
      layer.items.forEach((item, index) => setItem(list, index, buildNodes(item, file, budget)));
      return list;
    }
    case 'map': {
      const map = newMap(origin);
      for (const entry of layer.entries) setEntry(map, entry.key, buildNodes(entry.value, file, budget));
      return map;
    }
    case 'unsupported':
      return newScalar({ kind: 'null' }, origin);
  }
}

/** Plain data as nodes, e.g. the value of an override or what `oc.create` was given. */
export function nodesOf(value: ConfigValue, origin: Origin = NOWHERE): ConfigNode {
  if (value.kind === 'list') {
    const list = newList(origin);
    value.items.forEach((item, index) => setItem(list, index, nodesOf(item, origin)));
    return list;
  }
  if (value.kind !== 'map') {
    if (value.kind === 'string') checkSyntax(value.value);
    return newScalar(value, origin);
  }
  const map = newMap(origin);
  for (const [key, item] of value.entries) {
    if (key.kind === 'null') throw new Failure({ class: 'key_type', message: 'null cannot be a key.' });
    setEntry(map, key, nodesOf(item, origin));
  }
  return map;
}
