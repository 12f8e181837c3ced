import { Failure } from '@/lib/recipes/failure';
import type { LayerList, LayerMap, LayerNode } from '@/lib/recipes/layers/layer-node';
import { packageHeader } from '@/lib/recipes/layers/package-header';
import { parseLayer } from '@/lib/recipes/layers/parse-layer';
import type { Budget } from '@/lib/recipes/budget';
import { layerFailures } from '@/lib/recipes/nodes/check-layer';
import { typeName } from '@/lib/recipes/python-text';
import { HYDRA_LAYERS } from './hydra-layers';

/** A layer as composition uses it. A root that is a list is legal below a package. */
export type Layer = {
  readonly file: string;
  readonly root: LayerMap | LayerList;
  readonly header: string | null;
};

export type Inspected = { readonly layer: Layer | null; readonly failures: readonly Failure[] };

/** The layers below the search root, loaded on demand. */
export type LayerStore = {
  /** Null when there is no such layer. Throws the first thing that is wrong with its text. */
  load(path: string): Layer | null;
  /** A layer with all that is wrong with its text. */
  inspect(path: string): Inspected;
  hasLayer(path: string): boolean;
  /** Whether a folder of that name exists: then it can be a group. */
  hasGroup(path: string): boolean;
  /** Whether the recipe itself has files in a folder. */
  hasOwnFiles(folder: string): boolean;
  /** Names of the layers in a folder. */
  choices(path: string): readonly string[];
};

const NOTHING: Inspected = { layer: null, failures: [] };

/** `a/../b` → `b`; null when the path leaves the search root. */
function normalisePath(path: string): string | null {
  if (path.startsWith('/')) return null;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.join('/');
}

function stem(path: string): string {
  return path.endsWith('.yaml') ? path.slice(0, -'.yaml'.length) : path;
}

export function createLayerStore(files: Readonly<Record<string, string>>, budget: Budget): LayerStore {
  const loaded = new Map<string, Inspected>();
  const folders = foldersOf([
    ...Object.keys(files),
    ...[...HYDRA_LAYERS.keys()].map((path) => `${path}.yaml`),
  ]);

  const read = (path: string): Inspected => {
    const normal = normalisePath(stem(path));
    if (normal === null) return NOTHING;
    const file = `${normal}.yaml`;
    const text = Object.hasOwn(files, file) ? files[file] : undefined;
    if (text !== undefined) return loadText(file, text, budget);
    const own = HYDRA_LAYERS.get(normal);
    if (own === undefined) return NOTHING;
    // the content of Hydra's choices is empty here, and must not make keys of its own
    const header = normal === 'hydra/config' ? null : '_global_';
    return { layer: { file: '', root: own, header }, failures: [] };
  };

  const load = (path: string): Inspected => {
    const known = loaded.get(path) ?? read(path);
    loaded.set(path, known);
    return known;
  };

  return {
    load(path) {
      const { failures, layer } = load(path);
      const [first] = failures;
      if (first !== undefined) throw first;
      return layer;
    },
    inspect: load,
    hasLayer(path) {
      const normal = normalisePath(stem(path));
      return normal !== null && (Object.hasOwn(files, `${normal}.yaml`) || HYDRA_LAYERS.has(normal));
    },
    hasGroup(path) {
      const normal = normalisePath(path);
      return normal !== null && folders.has(normal);
    },
    hasOwnFiles: (folder) => Object.keys(files).some((file) => file.startsWith(`${folder}/`)),
    choices(path) {
      const normal = normalisePath(path);
      const prefix = normal === null || normal === '' ? '' : `${normal}/`;
      const names = Object.keys(files).filter((file) => file.startsWith(prefix) && file.endsWith('.yaml'));
      return names
        .map((file) => stem(file.slice(prefix.length)))
        .filter((name) => !name.includes('/'))
        .toSorted();
    },
  };
}

function foldersOf(paths: readonly string[]): ReadonlySet<string> {
  const folders = new Set(['']);
  for (const path of paths)
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1))
      folders.add(path.slice(0, at));
  return folders;
}

function loadText(file: string, text: string, budget: Budget): Inspected {
  try {
    const header = packageHeader(text);
    const root = rootOf(text);
    const failures = layerFailures(root, budget).map((failure) => inFile(failure, file));
    return { layer: { file, root, header }, failures };
  } catch (error) {
    if (error instanceof Failure) return { layer: null, failures: [inFile(error, file)] };
    throw error;
  }
}

/** A failure whose range does not know its file yet. */
function inFile(failure: Failure, file: string): Failure {
  const { range } = failure.problem;
  return range?.file === '' ? new Failure({ ...failure.problem, range: { ...range, file } }) : failure;
}

/** The content of a layer: empty is `{}`, and a lone string is read once more as YAML. */
function rootOf(text: string): LayerMap | LayerList {
  const outer = parsedRoot(text);
  if (outer === null) return emptyMap();
  if (outer.kind !== 'scalar') return outer;
  const { value } = outer;
  if (value.kind === 'null') return emptyMap();
  if (value.kind !== 'string') throw badRoot(outer, typeName(value));
  const inner = parsedRoot(value.value);
  if (inner === null) return emptyMap();
  if (inner.kind !== 'scalar') return movedTo(inner, outer);
  if (inner.value.kind === 'null') return emptyMap();
  if (inner.value.kind !== 'string') throw badRoot(outer, typeName(inner.value), 'internal');
  const none: LayerNode = { ...outer, value: { kind: 'null' } };
  const key = {
    key: { kind: 'string' as const, value: inner.value.value },
    keyStart: outer.start,
    keyEnd: outer.end,
  };
  return { kind: 'map', entries: [{ ...key, value: none }], start: outer.start, end: outer.end };
}

function parsedRoot(text: string): Exclude<LayerNode, { kind: 'unsupported' }> | null {
  const parsed = parseLayer(text);
  if (!parsed.ok) throw parsed.failure;
  if (parsed.root?.kind === 'unsupported') throw badRoot(parsed.root, parsed.root.name);
  return parsed.root;
}

function emptyMap(): LayerMap {
  return { kind: 'map', entries: [], start: 0, end: 0 };
}

/** A value that was read from inside a string: all of it stands at the string's place. */
function movedTo<Node extends LayerNode>(node: Node, { end, start }: LayerNode): Node {
  if (node.kind === 'list')
    return { ...node, items: node.items.map((item) => movedTo(item, { ...node, end, start })), start, end };
  if (node.kind !== 'map') return { ...node, start, end };
  const entries = node.entries.map((entry) => ({
    ...entry,
    keyStart: start,
    keyEnd: end,
    value: movedTo(entry.value, { ...node, end, start }),
  }));
  return { ...node, entries, start, end };
}

function badRoot({ end, start }: LayerNode, found: string, name = 'root_type'): Failure {
  return new Failure({
    class: name,
    message: `A layer holds keys and values ("name: value"), but this file holds ${found}.`,
    range: { file: '', start, end },
  });
}
