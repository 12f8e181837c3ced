import { type Budget, spend } from '@/lib/recipes/budget';
import { type ConfigKey, type ConfigValue, keyIdentity } from '@/lib/recipes/config-value';
import type { SourceRange } from '@/lib/recipes/diagnostic';
import { strText } from '@/lib/recipes/python-text';

/** Who set a node, and whom it beat. */
export type Origin = {
  readonly source: SourceRange | null;
  readonly override?: number;
  readonly beaten: readonly SourceRange[];
};

/**
 * The configuration while it is composed: mutable, and aware of its parents, because interpolations look around
 * from where they stand. It never leaves lib/recipes.
 */
export type ConfigNode = ScalarNode | Container;
export type Container = ListNode | MapNode;

type Common = {
  parent: Container | null;
  /** Key in the parent; null at a root. */
  key: ConfigKey | number | null;
  origin: Origin;
};
/** A scalar, or an opaque list or map that a resolver returned. */
export type ScalarNode = Common & { readonly kind: 'scalar'; readonly value: ConfigValue };
export type ListNode = Common & {
  readonly kind: 'list';
  items: ConfigNode[];
  /** Made by `oc.dict.values`: a scalar may not replace it. */
  readonly typed: boolean;
};
export type MapNode = Common & {
  readonly kind: 'map';
  /** By key identity. */
  readonly entries: Map<string, ConfigNode>;
};

export const NOWHERE: Origin = { source: null, beaten: [] };

export function newMap(origin: Origin = NOWHERE): MapNode {
  return { kind: 'map', entries: new Map(), parent: null, key: null, origin };
}

export function newList(origin: Origin = NOWHERE, typed = false): ListNode {
  return { kind: 'list', items: [], typed, parent: null, key: null, origin };
}

export function newScalar(value: ConfigValue, origin: Origin = NOWHERE): ScalarNode {
  return { kind: 'scalar', value, parent: null, key: null, origin };
}

export function isContainer(node: ConfigNode): node is Container {
  return node.kind !== 'scalar';
}

function isText(node: ConfigNode): node is ScalarNode & { value: { kind: 'string'; value: string } } {
  return node.kind === 'scalar' && node.value.kind === 'string';
}

/** The text of a node that is to be interpolated; null for any other node. */
export function interpolationText(node: ConfigNode): string | null {
  return isText(node) && node.value.value.includes('${') ? node.value.value : null;
}

/** `???`: a value that somebody else must give. */
export function isMissing(node: ConfigNode): boolean {
  return isText(node) && node.value.value === '???';
}

export function isNull(node: ConfigNode): boolean {
  return node.kind === 'scalar' && node.value.kind === 'null';
}

export function childrenOf(container: Container): Iterable<ConfigNode> {
  return container.kind === 'list' ? container.items : container.entries.values();
}

/** Puts a node under a key of a map; an existing key keeps its place and its type (`1`, `1.0` and `true` are one key). */
export function setEntry(map: MapNode, key: ConfigKey, node: ConfigNode): void {
  const identity = keyIdentity(key);
  node.key = map.entries.get(identity)?.key ?? key;
  node.parent = map;
  map.entries.set(identity, node);
}

export function setItem(list: ListNode, index: number, node: ConfigNode): void {
  node.key = index;
  node.parent = list;
  list.items[index] = node;
}

export function getEntry(map: MapNode, key: string): ConfigNode | undefined {
  return map.entries.get(keyIdentity({ kind: 'string', value: key }));
}

/** The key path as OmegaConf prints it, e.g. `data.data_files[0]`. */
export function pathOf(node: ConfigNode): string {
  return pathBelow(node.parent, node.key);
}

/** The path of `key` inside a container that may not hold it yet. */
export function pathBelow(container: Container | null, key: ConfigKey | number | null): string {
  let path = '';
  let at = container;
  let step = key;
  for (;;) {
    if (step !== null) path = prefixed(at, step, path);
    if (at === null) return path;
    step = at.key;
    at = at.parent;
  }
}

function prefixed(parent: Container | null, key: ConfigKey | number, rest: string): string {
  const name = typeof key === 'number' ? String(key) : strText(key);
  const own = parent?.kind === 'list' ? `[${name}]` : name;
  if (rest === '') return own;
  return rest.startsWith('[') ? own + rest : `${own}.${rest}`;
}

/** A copy that shares nothing and has no parent yet. */
export function copyNode(node: ConfigNode, budget: Budget): ConfigNode {
  spend(budget);
  if (node.kind === 'scalar') return newScalar(node.value, node.origin);
  if (node.kind === 'list') {
    const list = newList(node.origin, node.typed);
    node.items.forEach((item, index) => setItem(list, index, copyNode(item, budget)));
    return list;
  }
  const map = newMap(node.origin);
  for (const child of node.entries.values())
    if (child.key !== null && typeof child.key !== 'number')
      setEntry(map, child.key, copyNode(child, budget));
  return map;
}

/** The node as plain data, interpolations kept as text. */
export function valueOf(node: ConfigNode): ConfigValue {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return { kind: 'list', items: node.items.map(valueOf) };
  const entries: (readonly [ConfigKey, ConfigValue])[] = [];
  for (const child of node.entries.values())
    if (child.key !== null && typeof child.key !== 'number') entries.push([child.key, valueOf(child)]);
  return { kind: 'map', entries };
}
