import { checkDepth } from '@/lib/recipes/budget';
import { type ConfigKey, type ConfigValue, keyIdentity } from '@/lib/recipes/config-value';
import { Failure } from '@/lib/recipes/failure';
import { type Scope, selectionOf, tryDereference } from '@/lib/recipes/interpolation/evaluate';
import { select, selectOne, splitKey } from '@/lib/recipes/interpolation/select';
import { nodesOf } from '@/lib/recipes/nodes/build-nodes';
import {
  type ConfigNode,
  type Container,
  getEntry,
  isContainer,
  isMissing,
  isNull,
  type MapNode,
  newMap,
  type Origin,
  pathBelow,
  pathOf,
  setItem,
  valueOf,
} from '@/lib/recipes/nodes/config-node';
import { inheritPlaces, mergeContainer, replaceEntry } from '@/lib/recipes/nodes/merge-nodes';
import { indexOf, reprText } from '@/lib/recipes/python-text';
import type { Override } from './override';
import { nearest } from '@/lib/recipes/nearest';

/** Applies one override that sets, adds or deletes a value. Throws what Hydra refuses. */
export function applyOverride(root: MapNode, override: Override, scope: Scope): void {
  if (override.package !== null)
    throw new Failure({
      class: 'unknown_group',
      message: `"${override.text}" looks like the choice of a group, but there is no folder "${override.key}".`,
    });
  const application = new Application(root, override, scope);
  if (override.action === 'delete') application.remove();
  else if (override.action === 'add') application.add();
  else application.update();
}

class Application {
  private readonly root: MapNode;
  private readonly override: Override;
  private readonly scope: Scope;
  private readonly origin: Origin;
  /** Keys that do not exist may be made. */
  private readonly opens: boolean;

  constructor(root: MapNode, override: Override, scope: Scope) {
    this.root = root;
    this.override = override;
    this.scope = scope;
    this.origin = { source: null, override: override.index, beaten: [] };
    this.opens = override.action !== 'change';
  }

  private fail(name: string, message: string, key?: string): never {
    throw new Failure({
      class: name,
      message: `"${this.override.text}": ${message}`,
      ...(key === undefined ? {} : { key }),
    });
  }

  /** The node at a path; null when it is absent, null or `???`. */
  private present(path: string): ConfigNode | null {
    try {
      const node = select(
        this.root,
        path,
        selectionOf(this.scope, { throwOnMissing: false, throwOnFailure: true, memo: null }),
      );
      return node === null || isNull(node) || isMissing(node) ? null : node;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (error.family === 'type') return null;
      const isIndex = error.problem.class === 'interp_list_index';
      throw new Failure({
        ...error.problem,
        ...(isIndex ? { class: 'list_index' } : {}),
        key: this.override.key,
      });
    }
  }

  remove(): void {
    const { key, value } = this.override;
    const found = this.present(key);
    if (found === null) this.fail('delete_no_match', `there is no value at "${key}" to delete.`, undefined);
    const given = value === null || value.kind === 'null' ? null : value;
    if (given !== null && !isEqual(given, valueOf(found)))
      this.fail('delete_no_match', `the value is ${reprText(valueOf(found))}, so it was not deleted.`);
    const dot = key.lastIndexOf('.');
    const parent = dot === -1 ? this.root : this.present(key.slice(0, dot));
    const last = key.slice(dot + 1);
    if (parent === null || parent.kind === 'scalar' || !removeEntry(parent, last))
      this.fail('list_index', 'an item of a list cannot be deleted. Give the whole list.');
  }

  add(): void {
    const { key, text, value } = this.override;
    const found = this.present(key);
    if (found !== null && value?.kind !== 'map' && value?.kind !== 'list')
      this.fail(
        'append_exists',
        `"${key}" has a value already. Write ${text.slice(1)} to change it, or +${text} either way.`,
      );
    this.update();
  }

  update(): void {
    const keys = splitKey(this.override.key);
    checkDepth(keys.length);
    let container: Container = this.root;
    for (const key of keys.slice(0, -1)) container = this.step(container, key);
    this.set(container, keys[keys.length - 1] ?? '', this.override.value ?? { kind: 'null' });
  }

  /** The container under a key; a plain value or an interpolation there makes room for an empty map. */
  private step(container: Container, key: string): Container {
    const child = selectOne(container, key, { throwOnMissing: false, throwOnFailure: false });
    if (child !== null && isContainer(child)) return child;
    const made = newMap(this.origin);
    this.put(container, key, made);
    return made;
  }

  private set(container: Container, key: string, value: ConfigValue): void {
    const path =
      container.kind === 'map' ? pathBelow(container, keyOf(key)) : pathBelow(container, Number(key));
    const node = this.nodes(value, path);
    if (isContainer(node)) {
      const below = this.childToMerge(container, key);
      if (below !== null && isContainer(below)) {
        if (!this.opens) this.refuseNewKeys(below, node);
        this.merge(below, node);
        return;
      }
    }
    this.put(container, key, node);
  }

  private merge(below: Container, above: ConfigNode): void {
    try {
      mergeContainer(below, above, {
        follow: (node) => tryDereference(this.scope, node),
        budget: this.scope.budget,
      });
    } catch (error) {
      throw error instanceof Failure ? new Failure({ ...error.problem, key: pathOf(below) }) : error;
    }
  }

  private nodes(value: ConfigValue, path: string): ConfigNode {
    try {
      return nodesOf(value, this.origin);
    } catch (error) {
      throw error instanceof Failure ? error.with({ key: path }) : error;
    }
  }

  private childToMerge(container: Container, key: string): ConfigNode | null {
    if (container.kind === 'map') {
      const child = getEntry(container, key) ?? null;
      if (child === null && !this.opens) this.failUnknown(container, key);
      return child;
    }
    return container.items[this.itemIndex(container, key)] ?? null;
  }

  private itemIndex(container: Container, key: string): number {
    const index = indexOf(key);
    const { length } = container.kind === 'list' ? container.items : [];
    if (index === null)
      return this.fail('list_index', `the value there is a list, and "${key}" is no index.`);
    if (index >= length || index < -length)
      return this.fail(
        'list_index',
        `the list has ${length} items, counted from 0. An override cannot append: give the whole list.`,
        pathBelow(container, index),
      );
    return index;
  }

  private put(container: Container, key: string, node: ConfigNode): void {
    if (container.kind === 'list') {
      const index = this.itemIndex(container, key);
      const before = container.items[index];
      if (before !== undefined) inheritPlaces(node, before);
      setItem(container, index, node);
      return;
    }
    if (!this.opens && getEntry(container, key) === undefined) this.failUnknown(container, key);
    replaceEntry(container, keyOf(key), node);
  }

  /** A change may not bring keys along that are not there. */
  private refuseNewKeys(below: Container, above: ConfigNode): void {
    if (below.kind !== 'map' || above.kind !== 'map') return;
    for (const [identity, child] of above.entries) {
      const known = below.entries.get(identity);
      if (known === undefined) {
        const key = child.key === null || typeof child.key === 'number' ? '' : child.key;
        this.fail(
          'unknown_key',
          'an override cannot bring in a new key; write + before it to add keys.',
          pathBelow(below, key === '' ? null : key),
        );
      }
      const standing = tryDereference(this.scope, known) ?? known;
      if (isContainer(standing)) this.refuseNewKeys(standing, child);
    }
  }

  private failUnknown(container: Container, key: string): never {
    const names =
      container.kind === 'map'
        ? [...container.entries.values()].map(({ key: name }) =>
            name !== null && typeof name !== 'number' && name.kind === 'string' ? name.value : '',
          )
        : [];
    const similar = nearest(key, names);
    const path = pathBelow(container, keyOf(key));
    const hint =
      similar === null
        ? `Write +${this.override.text} to add it.`
        : `Did you mean "${similar}"? To add the key, write +${this.override.text}.`;
    return this.fail('unknown_key', `there is no key "${path}". ${hint}`, path);
  }
}

function keyOf(key: string): ConfigKey {
  return { kind: 'string', value: key };
}

function removeEntry(container: Container, key: string): boolean {
  return container.kind === 'map' && container.entries.delete(keyIdentity(keyOf(key)));
}

/** Python's `==`: 0, 0.0 and false are equal. */
function isEqual(a: ConfigValue, b: ConfigValue): boolean {
  if (isNumber(a) && isNumber(b)) return Number(a.value) === Number(b.value);
  if (a.kind === 'list' && b.kind === 'list')
    return a.items.length === b.items.length && a.items.every((item, at) => isSame(item, b.items[at]));
  if (a.kind === 'map' && b.kind === 'map')
    return (
      a.entries.length === b.entries.length &&
      a.entries.every(([key, item]) =>
        isSame(item, b.entries.find(([other]) => keyIdentity(other) === keyIdentity(key))?.[1]),
      )
    );
  return a.kind === b.kind && 'value' in a && 'value' in b && a.value === b.value;
}

function isSame(a: ConfigValue, b: ConfigValue | undefined): boolean {
  if (b === undefined) return false;
  return (a.kind === 'null' && b.kind === 'null') || isEqual(a, b);
}

function isNumber(value: ConfigValue): value is Extract<ConfigValue, { kind: 'int' | 'float' | 'bool' }> {
  return value.kind === 'int' || value.kind === 'float' || value.kind === 'bool';
}
