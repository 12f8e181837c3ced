import type { ConfigScalar } from '@/lib/recipes/config-value';
import { HYDRA_SCHEMA, type HydraField, type HydraSchema } from '@/lib/recipes/hydra-section';
import type { LayerEntry, LayerMap, LayerNode } from '@/lib/recipes/layers/layer-node';

// Hydra's own groups, their first choice being the usual one. What they hold steers Hydra's program and does not
// reach a recipe, but recipes may name them.
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  output: ['default'],
  launcher: ['basic'],
  sweeper: ['basic'],
  help: ['default'],
  hydra_help: ['default'],
  hydra_logging: ['default', 'disabled', 'hydra_debug', 'none'],
  job_logging: ['default', 'disabled', 'none', 'stdout'],
  env: ['default'],
};

const PLACE = { start: 0, end: 0 } as const;

function scalar(value: ConfigScalar): LayerNode {
  return { kind: 'scalar', value, ...PLACE };
}

function entry(name: string, value: LayerNode): LayerEntry {
  return { key: { kind: 'string', value: name }, keyStart: 0, keyEnd: 0, value };
}

function map(entries: readonly LayerEntry[]): LayerMap {
  return { kind: 'map', entries, ...PLACE };
}

function contentOf(field: HydraField): LayerNode {
  if (field === 'list') return { kind: 'list', items: [], ...PLACE };
  if (field === 'map') return map([]);
  if (field === 'any') return scalar({ kind: 'null' });
  if (typeof field === 'object') return map(contentEntries(field));
  return scalar({ kind: 'string', value: field === 'given' ? 'default' : '???' });
}

function contentEntries(schema: HydraSchema): readonly LayerEntry[] {
  return Object.entries(schema).map(([name, field]) => entry(name, contentOf(field)));
}

const CHOICES: LayerNode = {
  kind: 'list',
  items: [
    ...Object.entries(GROUPS).map(([group, [choice = '']]) =>
      map([entry(group, scalar({ kind: 'string', value: choice }))]),
    ),
    map([entry('callbacks', scalar({ kind: 'null' }))]),
  ],
  ...PLACE,
};

/** The layers that Hydra brings along, by path without extension. */
export const HYDRA_LAYERS: ReadonlyMap<string, LayerMap> = new Map([
  ['hydra/config', map([entry('defaults', CHOICES), ...contentEntries(HYDRA_SCHEMA)])],
  ...Object.entries(GROUPS).flatMap(([group, names]) =>
    names.map((name): [string, LayerMap] => [`hydra/${group}/${name}`, map([])]),
  ),
]);
