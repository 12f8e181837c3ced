import { type ConfigKey, type ConfigValue, keyIdentity } from '@/lib/recipes/config-value';
import { Failure } from '@/lib/recipes/failure';
import { type Budget, checkLength, spend } from '@/lib/recipes/budget';
import {
  type ConfigNode,
  type Container,
  interpolationText,
  newScalar,
  pathOf,
  valueOf,
} from '@/lib/recipes/nodes/config-node';
import { strText, typeName } from '@/lib/recipes/python-text';
import type { Element, Interpolation, Text } from './expression';
import { parseText } from './parse-expression';
import { type Memo, resolveRoot, select, type Selection } from './select';

/** What interpolations may see, and where they leave word of what they saw. */
export type Scope = {
  readonly env: Readonly<Record<string, string | { readonly secret: true }>>;
  readonly now: Date;
  readonly resolvers: ReadonlyMap<string, Resolver>;
  readonly budget: Budget;
  /** Config paths and `env:NAME` that were gone through, in order. */
  trail: Set<string>;
  /** Interpolations in progress, to stop a runaway before the stack does. */
  depth: number;
  /** What was followed already; null while the tree still changes. */
  followed: Map<ConfigNode, Followed> | null;
};

export type Followed = { readonly target: ConfigNode; readonly trail: readonly string[] };

/** A trail is for people to read. */
export const MOST_STATIONS = 32;

export function passBy(scope: Scope, station: string): void {
  if (scope.trail.size < MOST_STATIONS) scope.trail.add(station);
}

/** An existing node (shared, not copied), or a value that a resolver or a string made. */
export type Outcome = { readonly node: ConfigNode } | { readonly value: ConfigValue };

export type Frame = {
  /** The container in which the interpolation stands. */
  readonly container: Container;
  readonly node: ConfigNode;
  /** Nodes being resolved, to find cycles. */
  readonly memo: Memo;
};

export type ResolverCall = {
  readonly scope: Scope;
  readonly frame: Frame;
  readonly args: readonly ConfigValue[];
};
export type Resolver = (call: ResolverCall) => Outcome;

const DEEPEST = 100;
/** Steps of the budget for one interpolation. */
const FOLLOWING = 4;

/** The value as Python would hand it on: a container as plain data, interpolations inside kept as text. */
export function plainOf(outcome: Outcome): ConfigValue {
  return 'node' in outcome ? valueOf(outcome.node) : outcome.value;
}

/** Follows a node's interpolation to the node that it stands for. Other nodes are returned as they are. */
export function dereference(scope: Scope, node: ConfigNode, memo: Memo = null): ConfigNode {
  const source = interpolationText(node);
  const container = node.parent;
  if (source === null || container === null) return node;
  const known = scope.followed?.get(node);
  if (known !== undefined) {
    known.trail.forEach((station) => passBy(scope, station));
    return known.target;
  }
  const above = scope.trail;
  scope.trail = new Set();
  try {
    const target = follow(scope, { container, node, memo }, source);
    scope.followed?.set(node, { target, trail: [...scope.trail] });
    return target;
  } finally {
    const { trail } = scope;
    scope.trail = above;
    trail.forEach((station) => passBy(scope, station));
  }
}

function follow(scope: Scope, frame: Frame, source: string): ConfigNode {
  const text = parseText(source);
  scope.depth += 1;
  try {
    spend(scope.budget, FOLLOWING);
    if (scope.depth > DEEPEST)
      throw new Failure({
        class: 'interp_cycle',
        family: 'interpolation',
        message: 'Interpolations lead back to themselves.',
      });
    const outcome = evaluateText(scope, frame, text);
    if ('node' in outcome) return outcome.node;
    const result = newScalar(outcome.value, frame.node.origin);
    result.parent = frame.container;
    result.key = frame.node.key;
    return result;
  } catch (error) {
    throw asInterpolationFailure(error);
  } finally {
    scope.depth -= 1;
  }
}

/** Like `dereference`, but a broken interpolation gives null. Broken syntax still fails. */
export function tryDereference(scope: Scope, node: ConfigNode, memo: Memo = null): ConfigNode | null {
  try {
    return dereference(scope, node, memo);
  } catch (error) {
    if (error instanceof Failure && error.family === 'interpolation') return null;
    throw error;
  }
}

function asInterpolationFailure(error: unknown): unknown {
  if (!(error instanceof Failure) || error.family === 'interpolation') return error;
  return new Failure({ ...error.problem, family: 'interpolation' });
}

export function evaluateText(scope: Scope, frame: Frame, text: Text): Outcome {
  const [only] = text;
  if (text.length === 1 && only !== undefined && typeof only !== 'string')
    return evaluate(scope, frame, only);
  return { value: joinText(scope, frame, text) };
}

/** A string of literal parts and interpolations; with a secret inside it stays a secret. */
function joinText(scope: Scope, frame: Frame, text: Text): ConfigValue {
  let joined = '';
  let secret: string | null = null;
  for (const part of text) {
    if (typeof part === 'string') joined += part;
    else {
      const value = plainOf(evaluate(scope, frame, part));
      if (value.kind === 'secret') secret ??= value.name;
      joined += strText(value);
      checkLength(joined);
    }
  }
  if (secret === null) return { kind: 'string', value: joined };
  return { kind: 'secret', name: secret, template: joined };
}

function evaluate(scope: Scope, frame: Frame, interpolation: Interpolation): Outcome {
  if (interpolation.kind === 'reference') return { node: evaluateReference(scope, frame, interpolation.key) };
  const name = interpolation.name.map((part) => keyPart(scope, frame, part)).join('');
  const args = interpolation.args.map((element) => plainOf(evaluateElement(scope, frame, element)));
  const resolver = scope.resolvers.get(name);
  if (resolver === undefined)
    throw new Failure({
      class: 'unknown_resolver',
      family: 'interpolation',
      message:
        name === 'env'
          ? 'The resolver "env" is gone. Write ${oc.env:NAME}.'
          : `There is no resolver "${name}". Known: ${[...scope.resolvers.keys()].join(', ')}.`,
    });
  return resolver({ scope, frame, args });
}

function keyPart(scope: Scope, frame: Frame, part: string | Interpolation): string {
  if (typeof part === 'string') return part;
  const value = plainOf(evaluate(scope, frame, part));
  if (value.kind === 'string') return value.value;
  throw new Failure({
    class: 'interp_key_type',
    family: 'interpolation',
    message: `An interpolation inside a key or a resolver's name must give a string, but this one gives ${typeName(value)}.`,
  });
}

/** How to walk a path with this scope's interpolations. */
export function selectionOf(scope: Scope, how: Omit<Selection, 'follow' | 'visit'>): Selection {
  const { throwOnMissing, throwOnFailure, memo } = how;
  const following = throwOnFailure ? dereference : tryDereference;
  return {
    throwOnMissing,
    throwOnFailure,
    memo,
    follow: (node, visited) => following(scope, node, visited),
    visit: (node) => passBy(scope, pathOf(node)),
  };
}

function evaluateReference(scope: Scope, frame: Frame, key: Text): ConfigNode {
  const path = key.map((part) => keyPart(scope, frame, part)).join('');
  const { rest, root } = resolveRoot(frame.container, path);
  const found = select(
    root,
    rest,
    selectionOf(scope, { throwOnMissing: true, throwOnFailure: true, memo: frame.memo }),
  );
  if (found === null)
    throw new Failure({
      class: 'interp_key',
      family: 'interpolation',
      message: `The key "${path}" does not exist.`,
    });
  for (let at: Container | null = frame.container; at !== null; at = at.parent)
    if (at === found)
      throw new Failure({
        class: 'interp_cycle',
        family: 'interpolation',
        message: `"${path}" is the part of the configuration in which this interpolation stands.`,
      });
  return found;
}

export function evaluateElement(scope: Scope, frame: Frame, element: Element): Outcome {
  switch (element.kind) {
    case 'literal':
      return { value: element.value };
    case 'text':
      return { value: joinText(scope, frame, element.text) };
    case 'interpolation':
      return evaluate(scope, frame, element.interpolation);
    case 'list':
      return {
        value: {
          kind: 'list',
          items: element.items.map((item) => plainOf(evaluateElement(scope, frame, item))),
        },
      };
    case 'map': {
      const entries = new Map<string, readonly [ConfigKey, ConfigValue]>();
      for (const [key, item] of element.entries) {
        const identity = keyIdentity(key);
        const value = plainOf(evaluateElement(scope, frame, item));
        entries.set(identity, [entries.get(identity)?.[0] ?? key, value]);
      }
      return { value: { kind: 'map', entries: [...entries.values()] } };
    }
  }
}
