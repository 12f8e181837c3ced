import { type ConfigKey, type ConfigScalar, keyIdentity } from '@/lib/recipes/config-value';
import type { LayerNode } from '@/lib/recipes/layers/layer-node';
import { parseLayer } from '@/lib/recipes/layers/parse-layer';

export type LayerLeaf = {
  readonly path: readonly string[];
  /** Equal texts are equal values of the same type. A list is one value, as it is when layers are merged. */
  readonly value: string;
  readonly node: LayerNode;
};

/** What a layer sets, by path; null when the text is no YAML that a layer may hold. */
export function layerLeaves(text: string): ReadonlyMap<string, LayerLeaf> | null {
  const parsed = parseLayer(text);
  if (!parsed.ok || (parsed.root !== null && parsed.root.kind !== 'map')) return null;
  const leaves = new Map<string, LayerLeaf>();
  if (parsed.root !== null) collect(parsed.root, { path: [], id: [] }, leaves);
  return leaves;
}

type Place = { readonly path: readonly string[]; readonly id: readonly string[] };

function collect(node: LayerNode, place: Place, leaves: Map<string, LayerLeaf>): void {
  if (node.kind === 'map' && (node.entries.length > 0 || place.path.length === 0)) {
    for (const { key, value } of node.entries)
      collect(value, { path: [...place.path, nameOf(key)], id: [...place.id, keyIdentity(key)] }, leaves);
    return;
  }
  leaves.set(JSON.stringify(place.id), { path: place.path, value: valueText(node), node });
}

function valueText(node: LayerNode): string {
  switch (node.kind) {
    case 'scalar':
      return scalarText(node.value);
    case 'list':
      return `[${node.items.map(valueText).join(',')}]`;
    case 'map':
      return `{${node.entries.map(({ key, value }) => `${JSON.stringify(keyIdentity(key))}:${valueText(value)}`).join(',')}}`;
    case 'unsupported':
      return `!${node.name}`;
  }
}

function scalarText(scalar: ConfigScalar): string {
  return scalar.kind === 'null' ? 'null' : `${scalar.kind} ${JSON.stringify(String(scalar.value))}`;
}

function nameOf(key: ConfigKey): string {
  return key.kind === 'null' ? 'null' : String(key.value);
}
