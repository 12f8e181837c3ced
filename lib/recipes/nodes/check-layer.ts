import { type Budget, spend } from '@/lib/recipes/budget';
import type { ConfigKey } from '@/lib/recipes/config-value';
import { attempt, Failure } from '@/lib/recipes/failure';
import { checkSyntax } from '@/lib/recipes/interpolation/check-syntax';
import type { LayerNode } from '@/lib/recipes/layers/layer-node';
import { strText } from '@/lib/recipes/python-text';

/** What OmegaConf finds wrong in a layer when it loads it, in document order: keys, types, interpolation syntax. */
export function layerFailures(layer: LayerNode, budget: Budget): readonly Failure[] {
  const found: Failure[] = [];
  collect(layer, '', { budget, found });
  return found;
}

export function checkLayer(layer: LayerNode, budget: Budget): void {
  const [first] = layerFailures(layer, budget);
  if (first !== undefined) throw first;
}

type Collection = { readonly budget: Budget; readonly found: Failure[] };

function collect(layer: LayerNode, path: string, into: Collection): void {
  spend(into.budget);
  const own = attempt(() => checkOne(layer));
  if (!own.ok) into.found.push(own.error.with(placeOf(layer, path)));
  if (layer.kind === 'list') layer.items.forEach((item, index) => collect(item, joinPath(path, index), into));
  if (layer.kind !== 'map') return;
  for (const { key, keyEnd, keyStart, value } of layer.entries) {
    if (key.kind === 'null')
      into.found.push(nullKey({ start: keyStart, end: keyEnd }).with(placeOf(layer, path)));
    collect(value, joinPath(path, key), into);
  }
}

function placeOf(
  { end, start }: LayerNode,
  path: string,
): { range: { file: string; start: number; end: number }; key?: string } {
  const range = { file: '', start, end };
  return path === '' ? { range } : { range, key: path };
}

function nullKey(place: { start: number; end: number }): Failure {
  const message = 'null cannot be a key. Put it in quotes if it is text.';
  return new Failure({ class: 'key_type', message, range: { file: '', ...place } });
}

function joinPath(path: string, key: ConfigKey | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  return path === '' ? strText(key) : `${path}.${strText(key)}`;
}

function checkOne(layer: LayerNode): void {
  if (layer.kind === 'unsupported')
    throw new Failure({
      class: 'value_type',
      message: `A configuration cannot hold ${layer.name}. Write a list, a map or a quoted text.`,
    });
  if (layer.kind === 'scalar' && layer.value.kind === 'string') checkSyntax(layer.value.value);
}
