import { Failure } from '@/lib/recipes/failure';
import {
  type ConfigNode,
  type Container,
  getEntry,
  interpolationText,
  isContainer,
  isMissing,
  pathOf,
} from '@/lib/recipes/nodes/config-node';
import { indexOf } from '@/lib/recipes/python-text';

export type Memo = Set<ConfigNode> | null;
export type Selection = {
  /** Fail on `???` on the way, or at the end. */
  readonly throwOnMissing: boolean;
  /** Fail where a list index is no number; otherwise such a key does not exist. */
  readonly throwOnFailure: boolean;
  /** Nodes being resolved, to find cycles. */
  readonly memo: Memo;
  /** Follows an interpolation; null when it is broken and that is forgiven. */
  readonly follow: (node: ConfigNode, memo: Memo) => ConfigNode | null;
  /** Told about each node that the path passes by way of an interpolation, and about its last node. */
  readonly visit: (node: ConfigNode) => void;
};

/** `a.b[0]` → its keys; a bracket may hold dots no more than OmegaConf lets it. */
export function splitKey(path: string): string[] {
  // nearly all paths are plain ones
  if (!path.includes('[') && !path.startsWith('.')) return path.split('.');
  const head = /^\.*[^.[]*/.exec(path)?.[0] ?? '';
  const keys = head.split('.');
  if (head.length === path.length) return keys;
  if (path.charAt(head.length) === '[' && keys.at(-1) === '') keys.pop();
  for (const match of path.slice(head.length).matchAll(/\.([^.[]*)|\[(.*?)\]/g))
    keys.push(match[1] || (match[2] ?? ''));
  return keys;
}

/** Where a path starts: the root for `a.b`, the container for `.a`, its parent for `..a`. */
export function resolveRoot(container: Container, path: string): { root: Container; rest: string } {
  let root = container;
  if (!path.startsWith('.')) {
    while (root.parent !== null) root = root.parent;
    return { root, rest: path };
  }
  let rest = path.slice(1);
  while (rest.startsWith('.')) {
    if (root.parent === null)
      throw new Failure({
        class: 'interp_key',
        family: 'interpolation',
        message: `"${path}" leads above the root of the configuration.`,
      });
    root = root.parent;
    rest = rest.slice(1);
  }
  return { root, rest };
}

/** The child of a container, not followed; null when there is none. */
export function selectOne(
  container: Container,
  key: string,
  selection: Pick<Selection, 'throwOnMissing' | 'throwOnFailure'>,
): ConfigNode | null {
  let child: ConfigNode | undefined;
  if (container.kind === 'map') child = getEntry(container, key);
  else {
    const index = indexOf(key);
    if (index === null && selection.throwOnFailure)
      throw new Failure({
        class: 'interp_list_index',
        message: `"${key}" is no list index: the value there is a list. Use a number.`,
      });
    child = index === null || index < 0 ? undefined : container.items[index];
  }
  if (child !== undefined && selection.throwOnMissing && isMissing(child))
    throw new Failure({
      class: 'interp_missing_value',
      message: `"${pathOf(child)}" is ???, so somebody has to give it a value first.`,
    });
  return child ?? null;
}

/** Walks a path, following interpolations on the way and at its end. Null when it leads nowhere. */
export function select(start: Container, path: string, selection: Selection): ConfigNode | null {
  if (path === '') return start;
  const keys = splitKey(path);
  let container = start;
  for (const [at, key] of keys.slice(0, -1).entries()) {
    const child = selectOne(container, key, selection);
    if (child !== null && interpolationText(child) !== null) selection.visit(child);
    const target = child === null ? null : selection.follow(child, selection.memo);
    if (target === null) return null;
    if (!isContainer(target))
      throw new Failure({
        class: 'interp_not_container',
        family: 'type',
        message: `"${keys.slice(0, at + 1).join('.')}" is a plain value, so it cannot hold "${keys[at + 1] ?? ''}".`,
      });
    container = target;
  }
  const last = selectOne(container, keys[keys.length - 1] ?? '', selection);
  return last === null ? null : followLast(last, selection);
}

function followLast(node: ConfigNode, { follow, memo, visit }: Selection): ConfigNode | null {
  visit(node);
  if (memo === null) return follow(node, new Set());
  if (memo.has(node))
    throw new Failure({
      class: 'interp_cycle',
      family: 'interpolation',
      message: `"${pathOf(node)}" depends on itself.`,
    });
  memo.add(node);
  try {
    return follow(node, memo);
  } finally {
    memo.delete(node);
  }
}
