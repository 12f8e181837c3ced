import { checkDepth } from './budget';
import type { ConfigKey } from './config-value';
import { type LayerUse, contentOf } from './defaults/resolve-defaults';
import { type Scope, tryDereference } from './interpolation/evaluate';
import { splitKey } from './interpolation/select';
import type { LayerMap, LayerNode } from './layers/layer-node';
import { buildNodes } from './nodes/build-nodes';
import { type ConfigNode, type MapNode, newMap } from './nodes/config-node';
import { mergeContainer } from './nodes/merge-nodes';

/** Merges the layers in order, each below its package. */
export function composeLayers(uses: readonly LayerUse[], scope: Scope): MapNode {
  const root = newMap();
  const context = { follow: (node: ConfigNode) => tryDereference(scope, node), budget: scope.budget };
  for (const use of uses) {
    const { file } = use.layer;
    const layer = embed(use);
    const nodes = buildNodes(layer, file, scope.budget);
    mergeContainer(root, nodes, context);
  }
  return root;
}

/** The layer's content, wrapped in one map per step of its package. */
function embed({ layer, package: target }: LayerUse): LayerNode {
  const content = layer.root.kind === 'map' ? contentOf(layer.root) : layer.root;
  if (target === '') return content;
  const steps = splitKey(target);
  checkDepth(steps.length);
  return steps.reduceRight<LayerNode>((inner, name) => wrap(inner, name), content);
}

function wrap(inner: LayerNode, name: string): LayerMap {
  const key: ConfigKey = { kind: 'string', value: name };
  return {
    kind: 'map',
    entries: [{ key, keyStart: inner.start, keyEnd: inner.start, value: inner }],
    start: inner.start,
    end: inner.end,
  };
}
