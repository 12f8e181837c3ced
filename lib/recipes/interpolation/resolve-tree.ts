import { type ConfigKey, type ConfigValue } from '@/lib/recipes/config-value';
import { Failure } from '@/lib/recipes/failure';
import { spend } from '@/lib/recipes/nodes/build-nodes';
import {
  childrenOf,
  type ConfigNode,
  type Container,
  interpolationText,
  isContainer,
  type MapNode,
  pathOf,
} from '@/lib/recipes/nodes/config-node';
import { dereference, type Scope } from './evaluate';

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
  const walker = new Walker(scope);
  return { value: walker.container(root, '', []), failures: walker.failures, leaves: walker.leaves };
}

function joinPath(path: string, container: Container, node: ConfigNode): string {
  const own = pathOf({
    ...node,
    parent: container.kind === 'list' ? { ...container, parent: null, key: null } : null,
  });
  return path === '' || own.startsWith('[') ? path + own : `${path}.${own}`;
}

class Walker {
  readonly failures: { failure: Failure; node: ConfigNode }[] = [];
  readonly leaves: ResolvedLeaf[] = [];
  private readonly open = new Set<Container>();
  private readonly scope: Scope;

  constructor(scope: Scope) {
    this.scope = scope;
  }

  container(container: Container, path: string, chain: readonly string[]): ConfigValue {
    this.open.add(container);
    const values: (readonly [ConfigKey | number | null, ConfigValue])[] = [];
    for (const child of childrenOf(container)) {
      spend(this.scope.budget);
      values.push([child.key, this.child(child, joinPath(path, container, child), chain)]);
    }
    this.open.delete(container);
    if (container.kind === 'list') return { kind: 'list', items: values.map(([, value]) => value) };
    const entries: (readonly [ConfigKey, ConfigValue])[] = [];
    for (const [key, value] of values)
      if (key !== null && typeof key !== 'number') entries.push([key, value]);
    return { kind: 'map', entries };
  }

  private child(node: ConfigNode, path: string, above: readonly string[]): ConfigValue {
    let target = node;
    let chain = above;
    if (interpolationText(node) !== null) {
      const followed = this.follow(node);
      chain = [...above, ...followed.trail];
      if (followed.target === null) return this.leaf(node, node, { path, chain });
      target = followed.target;
    }
    if (!isContainer(target)) return this.leaf(node, target, { path, chain });
    if (this.open.has(target)) {
      const message = `"${pathOf(target)}" contains itself by way of this interpolation.`;
      this.failures.push({
        failure: new Failure({ class: 'interp_cycle', message, key: pathOf(node) }),
        node,
      });
      return this.leaf(node, node, { path, chain });
    }
    const isEmpty = target.kind === 'list' ? target.items.length === 0 : target.entries.size === 0;
    if (isEmpty || target !== node) this.leaves.push({ path, node, chain });
    return this.container(target, path, chain);
  }

  private leaf(
    node: ConfigNode,
    target: ConfigNode,
    at: { path: string; chain: readonly string[] },
  ): ConfigValue {
    this.leaves.push({ ...at, node });
    return target.kind === 'scalar' ? target.value : { kind: 'null' };
  }

  private follow(node: ConfigNode): { target: ConfigNode | null; trail: readonly string[] } {
    const trail: string[] = [];
    this.scope.trail = trail;
    try {
      return { target: dereference(this.scope, node), trail };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const failure = error.family === 'interpolation' ? error.with({ key: pathOf(node) }) : error;
      this.failures.push({ failure, node });
      return { target: null, trail };
    } finally {
      this.scope.trail = null;
    }
  }
}
