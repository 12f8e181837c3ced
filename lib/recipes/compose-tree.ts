import type { ComposeInput } from './compose';
import { composeLayers } from './compose-layers';
import { Choices } from './defaults/choices';
import { createInterpolateChoice } from './defaults/interpolate-choice';
import { createLayerStore, type Layer, type LayerStore } from './defaults/layer-store';
import { readDefaults } from './defaults/read-defaults';
import { resolveDefaults } from './defaults/resolve-defaults';
import { Failure, type Problem } from './failure';
import { checkHydraSection, checkSearchPath, dropHydraSection } from './hydra-section';
import type { Scope } from './interpolation/evaluate';
import { RESOLVERS } from './interpolation/resolvers';
import type { LayerMap, LayerNode } from './layers/layer-node';
import { newBudget } from './budget';
import { buildNodes } from './nodes/build-nodes';
import { type MapNode, valueOf } from './nodes/config-node';
import { applyOverride } from './overrides/apply-override';
import type { Override } from './overrides/override';
import { parseOverride } from './overrides/parse-override';

export function createScope(input: ComposeInput): Scope {
  return {
    env: input.env,
    now: input.now ?? new Date(),
    resolvers: RESOLVERS,
    budget: newBudget(),
    trail: new Set(),
    depth: 0,
    followed: null,
  };
}

/** Layers and overrides → one tree, interpolations kept. Throws the first Failure, in Hydra's order. */
export function composeTree(input: ComposeInput, scope: Scope, warn: (problem: Problem) => void): MapNode {
  const overrides = (input.overrides ?? []).map(parseOverride);
  const store = createLayerStore(input.files, scope.budget);
  checkPrimary(store, input.entry);
  refuseSweeps(overrides);
  const choices = new Choices(store, overrides, rootFolder(input));
  const uses = resolveDefaults(input.entry, {
    store,
    choices,
    interpolate: createInterpolateChoice(scope),
    packageFromFolder: input.packageFromFolder ?? false,
    onMissingSelf: (layer) => missSelf(layer, input.env, warn),
  });
  const root = composeLayers(uses, scope);
  checkHydraSection(root);
  for (const override of choices.valueOverrides) {
    applyOverride(root, override, scope);
    if (override.key.startsWith('hydra')) checkHydraSection(root);
  }
  dropHydraSection(root);
  return root;
}

/** The folder that counts as the root of the recipe. */
function rootFolder({ entry, packageFromFolder = false }: ComposeInput): string {
  const at = entry.lastIndexOf('/');
  return packageFromFolder || at === -1 ? '' : entry.slice(0, at);
}

/** The primary layer is looked at before anything else: it must be a map with a readable defaults list. */
function checkPrimary(store: LayerStore, entry: string): void {
  const primary = store.load(entry);
  if (primary === null) return;
  const { file, root } = primary;
  if (root.kind === 'list')
    throw new Failure({
      class: 'root_type',
      message: 'The layer to compose holds keys and values ("name: value"), but this file holds a list.',
      range: { file, start: root.start, end: root.end },
    });
  readDefaults(root, file);
  const hydra = valueAt(root, 'hydra');
  const searchPath = hydra?.kind === 'map' ? valueAt(hydra, 'searchpath') : undefined;
  if (searchPath !== undefined) checkSearchPath(valueOf(buildNodes(searchPath, file, newBudget())));
}

function valueAt(map: LayerMap, name: string): LayerNode | undefined {
  return map.entries.find(({ key }) => key.kind === 'string' && key.value === name)?.value;
}

function refuseSweeps(overrides: readonly Override[]): void {
  const sweep = overrides.find(({ isSweep }) => isSweep);
  if (sweep === undefined) return;
  throw new Failure({
    class: 'sweep_not_allowed',
    message: `"${sweep.text}" gives several values, but a run has one. Write [a,b] for a list, or quote the text if the comma belongs to it.`,
  });
}

function missSelf({ file }: Layer, env: ComposeInput['env'], warn: (problem: Problem) => void): void {
  const problem: Problem = {
    class: 'self_missing',
    message:
      'The defaults list lacks `_self_`. It is taken to stand last, so the values of this layer win. Write it to say so.',
    range: { file, start: 0, end: 0 },
  };
  if (env.SELF_WARNING_AS_ERROR === '1') throw new Failure(problem);
  warn(problem);
}
