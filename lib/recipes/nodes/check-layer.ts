import { type Budget, spend } from '@/lib/recipes/budget';
import type { ConfigKey } from '@/lib/recipes/config-value';
import { attempt, Failure } from '@/lib/recipes/failure';
import { checkSyntax, hasInterpolation } from '@/lib/recipes/interpolation/check-syntax';
import type { LayerNode } from '@/lib/recipes/layers/layer-node';
import { strText } from '@/lib/recipes/python-text';

/** What OmegaConf finds wrong in a layer when it loads it, in document order: keys, types, interpolation syntax. */
export function layerFailures(layer: LayerNode, budget: Budget): readonly Failure[] {
  const found: Failure[] = [];
  collect(layer, null, { budget, found });
  return found;
}

export function checkLayer(layer: LayerNode, budget: Budget): void {
  const [first] = layerFailures(layer, budget);
  if (first !== undefined) throw first;
}

type Collection = { readonly budget: Budget; readonly found: Failure[] };
/** The way to a value; its text is made only where something is wrong. */
type Step = { readonly above: Step | null; readonly key: ConfigKey | number };

function collect(layer: LayerNode, step: Step | null, into: Collection): void {
  spend(into.budget);
  if (layer.kind === 'unsupported' || isInterpolated(layer)) {
    const own = attempt(() => checkOne(layer));
    if (!own.ok) into.found.push(own.error.with(placeOf(layer, pathOf(step))));
  }
  if (layer.kind === 'list') layer.items.forEach((item, key) => collect(item, { above: step, key }, into));
  if (layer.kind !== 'map') return;
  for (const { key, keyEnd, keyStart, value } of layer.entries) {
    if (key.kind === 'null')
      into.found.push(nullKey({ start: keyStart, end: keyEnd }).with(placeOf(layer, pathOf(step))));
    collect(value, { above: step, key }, into);
  }
}

function isInterpolated(layer: LayerNode): boolean {
  return layer.kind === 'scalar' && layer.value.kind === 'string' && hasInterpolation(layer.value.value);
}

function pathOf(step: Step | null): string {
  return step === null ? '' : joinPath(pathOf(step.above), step.key);
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
