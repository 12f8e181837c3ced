import type { ConfigKey, ConfigValue } from '@/lib/recipes/config-value';
import { attempt, Failure } from '@/lib/recipes/failure';
import { DEEPEST, spend } from '@/lib/recipes/budget';
import {
  childrenOf,
  type ConfigNode,
  type Container,
  interpolationText,
  isContainer,
  type MapNode,
  pathOf,
  valueOf,
} from '@/lib/recipes/nodes/config-node';
import { strText } from '@/lib/recipes/python-text';
import { dereference, MOST_STATIONS, type Scope } from './evaluate';

/** A leaf of the resolved configuration: where it stands, who set it, and over which stations its value came. */
export type ResolvedLeaf = {
  readonly path: string;
  readonly node: ConfigNode;
  readonly chain: readonly string[];
};
export type ResolvedTree = {
  readonly value: ConfigValue;
  /** One per value that could not be resolved, in document order. */
  readonly failures: readonly { readonly failure: Failure; readonly node: ConfigNode }[];
  readonly leaves: readonly ResolvedLeaf[];
};

/** Substitutes every interpolation. A value that cannot be resolved keeps its text and is reported. */
export function resolveTree(root: MapNode, scope: Scope): ResolvedTree {
  const walker = new Walker({ ...scope, followed: new Map() });
  return {
    value: walker.container(root, { path: '', chain: [] }),
    failures: walker.failures,
    leaves: walker.leaves,
  };
}

function joinPath(path: string, container: Container, { key }: ConfigNode): string {
  if (key === null) return path;
  if (container.kind === 'list') return `${path}[${typeof key === 'number' ? key : strText(key)}]`;
  const name = typeof key === 'number' ? String(key) : strText(key);
  return path === '' ? name : `${path}.${name}`;
}

/** A resolver may return a list or a map as one value; its leaves are leaves too. */
function leafPaths(value: ConfigValue, path: string): readonly string[] {
  if (value.kind === 'list') return value.items.flatMap((item, at) => leafPaths(item, `${path}[${at}]`));
  if (value.kind !== 'map') return [path];
  return value.entries.flatMap(([key, item]) => leafPaths(item, `${path}.${strText(key)}`));
}

/** Where the walk stands: the path as the user sees it, and the stations that led into the current container. */
type Place = { readonly path: string; readonly chain: readonly string[] };

class Walker {
  readonly failures: { failure: Failure; node: ConfigNode }[] = [];
  readonly leaves: ResolvedLeaf[] = [];
  private readonly open = new Set<Container>();
  private readonly scope: Scope;

  constructor(scope: Scope) {
    this.scope = scope;
  }

  container(container: Container, { chain, path }: Place): ConfigValue {
    this.open.add(container);
    const values: (readonly [ConfigKey | number | null, ConfigValue])[] = [];
    for (const child of childrenOf(container)) {
      if (!this.maySpend(child)) break;
      values.push([child.key, this.child(child, { path: joinPath(path, container, child), chain })]);
    }
    this.open.delete(container);
    if (container.kind === 'list') return { kind: 'list', items: values.map(([, value]) => value) };
    const entries: (readonly [ConfigKey, ConfigValue])[] = [];
    for (const [key, value] of values)
      if (key !== null && typeof key !== 'number') entries.push([key, value]);
    return { kind: 'map', entries };
  }

  /** False, and reported once, when the configuration has grown too large to go on. */
  private maySpend(node: ConfigNode): boolean {
    if (this.scope.budget.left < 0) return false;
    const spent = attempt(() => spend(this.scope.budget));
    if (!spent.ok) this.failures.push({ failure: spent.error, node });
    return spent.ok;
  }

  private child(node: ConfigNode, { chain, path }: Place): ConfigValue {
    if (interpolationText(node) === null) return this.value(node, node, { path, chain });
    const { target, trail } = this.follow(node);
    const stations = [...chain, ...trail].slice(0, MOST_STATIONS);
    return this.value(node, target ?? node, { path, chain: stations });
  }

  private value(node: ConfigNode, target: ConfigNode, place: Place): ConfigValue {
    if (!isContainer(target)) {
      const { chain } = place;
      if (target.value.kind !== 'list' && target.value.kind !== 'map')
        this.leaves.push({ path: place.path, chain, node });
      else for (const path of leafPaths(target.value, place.path)) this.leaves.push({ path, chain, node });
      return target.value;
    }
    if (this.open.has(target) || this.open.size > DEEPEST) {
      const message = `"${pathOf(target)}" contains itself by way of this interpolation.`;
      const failure = new Failure({ class: 'interp_cycle', message, key: pathOf(node) });
      this.failures.push({ failure, node });
      this.leaves.push({ ...place, node });
      return valueOf(node);
    }
    const isEmpty = target.kind === 'list' ? target.items.length === 0 : target.entries.size === 0;
    if (isEmpty || target !== node) this.leaves.push({ ...place, node });
    return this.container(target, place);
  }

  /** The target is null when the interpolation is broken; then that is reported. */
  private follow(node: ConfigNode): { target: ConfigNode | null; trail: ReadonlySet<string> } {
    const trail = new Set<string>();
    this.scope.trail = trail;
    const target = attempt(() => dereference(this.scope, node));
    if (target.ok) return { target: target.value, trail };
    const { error } = target;
    const failure = error.family === 'interpolation' ? error.with({ key: pathOf(node) }) : error;
    this.failures.push({ failure, node });
    return { target: null, trail };
  }
}
