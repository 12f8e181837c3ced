import type { ConfigValue } from '@/lib/recipes/config-value';
import { Failure } from '@/lib/recipes/failure';
import { parseLayer } from '@/lib/recipes/layers/parse-layer';
import { buildNodes, nodesOf } from '@/lib/recipes/nodes/build-nodes';
import { checkLayer } from '@/lib/recipes/nodes/check-layer';
import {
  type Container,
  type ConfigNode,
  isMissing,
  type MapNode,
  newList,
  newMap,
  newScalar,
  setEntry,
  setItem,
  valueOf,
} from '@/lib/recipes/nodes/config-node';
import { strText, typeName } from '@/lib/recipes/python-text';
import { strftime } from './strftime';
import {
  evaluateElement,
  type Outcome,
  passBy,
  type Resolver,
  type ResolverCall,
  selectionOf,
} from './evaluate';
import { parseElement } from './parse-expression';
import { resolveRoot, select } from './select';

function refuse(message: string): never {
  throw new Failure({ class: 'resolver_argument', message });
}

/** Python's arity check: between `least` and `most` arguments. */
function checkCount(name: string, call: ResolverCall, [least, most]: readonly [number, number]): void {
  const { length } = call.args;
  if (length >= least && length <= most) return;
  const wanted = least === most ? `${least}` : `${least} or ${most}`;
  refuse(`\${${name}:…} takes ${wanted} ${most === 1 ? 'argument' : 'arguments'}, but got ${length}.`);
}

function textArgument(name: string, value: ConfigValue | undefined): string {
  if (value?.kind === 'string') return value.value;
  return refuse(
    `\${${name}:…} needs a string, but got ${value === undefined ? 'nothing' : typeName(value)}. Put it in quotes.`,
  );
}

const env: Resolver = (call) => {
  checkCount('oc.env', call, [1, 2]);
  const name = textArgument('oc.env', call.args[0]);
  passBy(call.scope, `env:${name}`);
  const known = Object.hasOwn(call.scope.env, name) ? call.scope.env[name] : undefined;
  if (typeof known === 'string') return { value: { kind: 'string', value: known } };
  if (known !== undefined) return { value: { kind: 'secret', name } };
  const fallback = call.args[1];
  if (fallback === undefined)
    throw new Failure({
      class: 'env_unset',
      message: `The environment variable ${name} is not set. Set it before the launch, or give a default: \${oc.env:${name},value}.`,
    });
  if (fallback.kind === 'null' || fallback.kind === 'secret') return { value: fallback };
  return { value: { kind: 'string', value: strText(fallback) } };
};

const decode: Resolver = (call) => {
  checkCount('oc.decode', call, [1, 1]);
  const [value] = call.args;
  if (value?.kind === 'null' || value?.kind === 'secret') return { value };
  const element = parseElement(textArgument('oc.decode', value));
  const outcome = evaluateElement(call.scope, { ...call.frame, memo: null }, element);
  return 'value' in outcome ? outcome : { value: plainValue(outcome.node) };
};

function plainValue(node: ConfigNode): ConfigValue {
  return node.kind === 'scalar' ? node.value : { kind: 'null' };
}

function adopt(node: ConfigNode, parent: Container): Outcome {
  node.parent = parent;
  return { node };
}

function createFromText(text: string, call: ResolverCall): ConfigNode {
  const parsed = parseLayer(text);
  if (!parsed.ok) throw new Failure({ ...parsed.failure.problem, class: 'resolver_argument', range: null });
  if (parsed.root === null) return newMap();
  if (parsed.root.kind === 'scalar') return createFromScalar(parsed.root.value);
  checkLayer(parsed.root, call.scope.budget);
  return nodesOf(valueOf(buildNodes(parsed.root, '', call.scope.budget)), call.frame.node.origin);
}

function createFromScalar(value: ConfigValue): ConfigNode {
  if (value.kind === 'null') return newMap();
  if (value.kind !== 'string')
    return refuse(`\${oc.create:…} needs a list, a map or YAML text of one, but got ${typeName(value)}.`);
  const map = newMap();
  setEntry(map, { kind: 'string', value: value.value }, newScalar({ kind: 'null' }));
  return map;
}

function createFromData(value: ConfigValue, call: ResolverCall): ConfigNode {
  try {
    return nodesOf(value, call.frame.node.origin);
  } catch (error) {
    if (error instanceof Failure && error.problem.class === 'key_type') refuse(error.problem.message);
    throw error;
  }
}

const create: Resolver = (call) => {
  checkCount('oc.create', call, [1, 1]);
  const [value] = call.args;
  const { container } = call.frame;
  if (value?.kind === 'string') return adopt(createFromText(value.value, call), container);
  if (value?.kind === 'null') return adopt(newScalar(value), container);
  if (value?.kind === 'list' || value?.kind === 'map') return adopt(createFromData(value, call), container);
  return refuse(
    `\${oc.create:…} needs a list, a map or YAML text, but got ${value === undefined ? 'nothing' : typeName(value)}.`,
  );
};

/** The node at a path that may be relative; null when it is absent or leads through a plain value. */
function selectNode(call: ResolverCall, path: string, throwOnMissing: boolean): ConfigNode | null {
  const { rest, root } = resolveRoot(call.frame.container, path);
  try {
    const node = select(
      root,
      rest,
      selectionOf(call.scope, { throwOnMissing, throwOnFailure: true, memo: null }),
    );
    return node;
  } catch (error) {
    if (error instanceof Failure && error.family === 'type') return null;
    throw error;
  }
}

const selectOrDefault: Resolver = (call) => {
  checkCount('oc.select', call, [1, 2]);
  const node = selectNode(call, textArgument('oc.select', call.args[0]), false);
  if (node !== null && !isMissing(node)) return { node };
  return { value: call.args[1] ?? { kind: 'null' } };
};

/** Like `selectNode`, but `???` on the way is the caller's mistake. */
function selectGiven(name: string, call: ResolverCall, path: string): ConfigNode | null {
  try {
    return selectNode(call, path, true);
  } catch (error) {
    const isMissingHere =
      error instanceof Failure &&
      error.family !== 'interpolation' &&
      error.problem.class === 'interp_missing_value';
    if (isMissingHere) refuse(`\${${name}:…} needs a map, but "${path}" is ???.`);
    throw error;
  }
}

function mapArgument(name: string, call: ResolverCall): { readonly map: MapNode; readonly path: string } {
  checkCount(name, call, [1, 1]);
  const path = textArgument(name, call.args[0]);
  const node = selectGiven(name, call, path);
  if (node === null) return refuse(`The key "${path}" does not exist.`);
  if (node.kind !== 'map') return refuse(`\${${name}:…} needs a map, but "${path}" is none.`);
  return { map: node, path };
}

const dictKeys: Resolver = (call) => {
  const { map } = mapArgument('oc.dict.keys', call);
  const list = newList(call.frame.node.origin);
  for (const child of map.entries.values())
    if (child.key !== null && typeof child.key !== 'number' && child.key.kind !== 'null')
      setItem(list, list.items.length, newScalar(child.key, call.frame.node.origin));
  return adopt(list, call.frame.container);
};

const dictValues: Resolver = (call) => {
  const { map, path } = mapArgument('oc.dict.values', call);
  const prefix = path.startsWith('.') ? `.${path}` : path;
  const list = newList(call.frame.node.origin, true);
  for (const child of map.entries.values()) {
    if (child.key === null || typeof child.key === 'number') continue;
    const text = `\${${prefix}.${strText(child.key)}}`;
    setItem(list, list.items.length, nodesOf({ kind: 'string', value: text }, call.frame.node.origin));
  }
  return adopt(list, call.frame.container);
};

const deprecated: Resolver = (call) => {
  checkCount('oc.deprecated', call, [1, 2]);
  const path = textArgument('oc.deprecated', call.args[0]);
  if (call.args[1] !== undefined) textArgument('oc.deprecated', call.args[1]);
  const node = selectNode(call, path, false);
  if (node === null) return refuse(`The key "${path}" does not exist.`);
  return { node };
};

const now: Resolver = (call) => {
  checkCount('now', call, [1, 1]);
  return { value: { kind: 'string', value: strftime(call.scope.now, textArgument('now', call.args[0])) } };
};

const PYTHON_VERSION = ['3', '11', '0'] as const;

const pythonVersion: Resolver = (call) => {
  checkCount('python_version', call, [0, 1]);
  const level = call.args[0] === undefined ? 'minor' : textArgument('python_version', call.args[0]);
  const parts = ['major', 'minor', 'micro'].indexOf(level) + 1;
  if (parts === 0) refuse('${python_version:…} knows major, minor and micro.');
  return { value: { kind: 'string', value: PYTHON_VERSION.slice(0, parts).join('.') } };
};

const hydra: Resolver = () => refuse('${hydra:…} works only in a program that Hydra itself starts.');

/** The resolvers of OmegaConf and Hydra. */
export const RESOLVERS: ReadonlyMap<string, Resolver> = new Map<string, Resolver>([
  ['oc.env', env],
  ['oc.decode', decode],
  ['oc.create', create],
  ['oc.select', selectOrDefault],
  ['oc.dict.keys', dictKeys],
  ['oc.dict.values', dictValues],
  ['oc.deprecated', deprecated],
  ['now', now],
  ['python_version', pythonVersion],
  ['hydra', hydra],
]);
