import type { Budget } from '@/lib/recipes/budget';
import { type ConfigKey, keyIdentity } from '@/lib/recipes/config-value';
import type { SourceRange } from '@/lib/recipes/diagnostic';
import { Failure } from '@/lib/recipes/failure';
import {
  type ConfigNode,
  type Container,
  copyNode,
  interpolationText,
  isContainer,
  isMissing,
  isNull,
  type ListNode,
  type MapNode,
  pathBelow,
  pathOf,
  setEntry,
  setItem,
} from './config-node';

export type MergeContext = {
  /** Follows an interpolation at the moment of the merge; null when it is broken. */
  readonly follow: (node: ConfigNode) => ConfigNode | null;
  readonly budget: Budget;
};

/** What a replaced node leaves to its successor: its own place, then those that it beat. */
function placesOf(node: ConfigNode): readonly SourceRange[] {
  const { beaten, source } = node.origin;
  return source === null ? beaten : [source, ...beaten];
}

/** The winner remembers the place of the node that it replaces. */
export function inheritPlaces(winner: ConfigNode, loser: ConfigNode): void {
  winner.origin = { ...winner.origin, beaten: [...winner.origin.beaten, ...placesOf(loser)] };
}

function describe(node: ConfigNode): string {
  if (node.kind === 'scalar') return 'a plain value';
  return node.kind === 'list' ? 'a list' : 'a map';
}

function failMixed(below: Container, above: ConfigNode): never {
  const path = pathOf(below);
  throw new Failure({
    class: 'merge_type',
    family: 'type',
    message: `${path === '' ? 'The configuration' : `"${path}"`} is ${describe(below)}, and ${describe(above)} cannot be merged into it. Give it the same kind, or set it to null in a layer between.`,
    range: above.origin.source,
  });
}

/** Puts `above` over `below`, both of one kind. `above` is consumed: its nodes become part of `below`. */
export function mergeContainer(below: Container, above: ConfigNode, context: MergeContext): void {
  if (below.kind === 'map' && above.kind === 'map') mergeMap(below, above, context);
  else if (below.kind === 'list' && above.kind === 'list') replaceItems(below, above);
  else failMixed(below, above);
}

function replaceItems(below: ListNode, above: ListNode): void {
  const before = below.items;
  below.items = [];
  above.items.forEach((item, index) => {
    inheritPlaces(item, before[index] ?? below);
    setItem(below, index, item);
  });
  below.origin = { ...above.origin, beaten: [...above.origin.beaten, ...placesOf(below)] };
}

function mergeMap(below: MapNode, above: MapNode, context: MergeContext): void {
  for (const [identity, child] of [...above.entries]) {
    const { key } = child;
    if (key === null || typeof key === 'number') continue;
    const known = below.entries.get(identity);
    if (known === undefined) setEntry(below, key, child);
    else mergeEntry(below, { key, known, child }, context);
  }
  below.origin = { ...above.origin, beaten: [...above.origin.beaten, ...placesOf(below)] };
}

type Meeting = { readonly key: ConfigKey; readonly known: ConfigNode; readonly child: ConfigNode };

function mergeEntry(below: MapNode, { child, key, known }: Meeting, context: MergeContext): void {
  const standing = materialise(below, known, { key, context });
  if (isContainer(standing) && isContainer(child)) mergeContainer(standing, child, context);
  else if (!isMissing(child)) replaceEntry(below, key, child);
}

/** An interpolation that leads to a container becomes a copy of that container before anything is merged into it. */
function materialise(
  below: MapNode,
  known: ConfigNode,
  { context, key }: { context: MergeContext; key: ConfigKey },
): ConfigNode {
  if (interpolationText(known) === null) return known;
  const target = context.follow(known);
  if (target === null || !isContainer(target)) return known;
  const copy = copyNode(target, context.budget);
  inheritPlaces(copy, known);
  setEntry(below, key, copy);
  return copy;
}

/** Sets an entry of a map; what stood there is remembered as beaten. */
export function replaceEntry(map: MapNode, key: ConfigKey, node: ConfigNode): void {
  const known = map.entries.get(keyIdentity(key));
  if (known !== undefined) {
    if (isTyped(known) && !isContainer(node) && !isNull(node) && interpolationText(node) === null)
      throw new Failure({
        class: 'validation',
        key: pathBelow(map, key),
        message: `"${pathBelow(map, key)}" stands for the values of a map, and a plain value cannot replace it.`,
        range: node.origin.source,
      });
    inheritPlaces(node, known);
  }
  setEntry(map, key, node);
}

function isTyped(node: ConfigNode): boolean {
  return node.kind === 'list' && node.typed;
}
