import { Failure } from '@/lib/recipes/failure';
import { nearest } from '@/lib/recipes/nearest';
import { type DefaultEntry, groupPath, layerPath, nameOf } from './default-entry';
import type { LayerStore } from './layer-store';

/** An entry names a layer that is not there. */
export function missingLayer(entry: DefaultEntry, store: LayerStore): Failure {
  const path = layerPath(entry);
  const file = path.endsWith('.yaml') ? path : `${path}.yaml`;
  const hint = /(?:^|\/)\.\.(?:\/|$)|^\//.test(path)
    ? ' A layer must lie inside the search root.'
    : hintOf(entry, store);
  return new Failure({
    class: 'missing_config',
    missing: path,
    message: `The layer ${file} does not exist.${hint}`,
    range: entry.range,
  });
}

function hintOf(entry: DefaultEntry, store: LayerStore): string {
  const choices = store.choices(groupPath(entry));
  const similar = nearest(nameOf(entry) ?? '', choices);
  if (similar !== null) return ` Did you mean "${similar}"?`;
  return choices.length > 0 ? ` There are: ${choices.join(', ')}.` : '';
}
