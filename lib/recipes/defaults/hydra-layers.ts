import { type ConfigKey } from '@/lib/recipes/config-value';
import { type LayerMap, type LayerNode } from '@/lib/recipes/layers/layer-node';

/** Hydra's own groups and their choices. Their content does not reach a recipe; their names can be overridden. */
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

function text(value: string): LayerNode {
  return { kind: 'scalar', value: { kind: 'string', value }, ...PLACE };
}

function map(entries: readonly (readonly [string, LayerNode])[]): LayerMap {
  const key = (value: string): ConfigKey => ({ kind: 'string', value });
  return {
    kind: 'map',
    entries: entries.map(([name, value]) => ({ key: key(name), keyStart: 0, keyEnd: 0, value })),
    ...PLACE,
  };
}

const EMPTY = map([]);
const CHOICES: readonly (readonly [string, LayerNode])[] = [
  ['output', text('default')],
  ['launcher', text('basic')],
  ['sweeper', text('basic')],
  ['help', text('default')],
  ['hydra_help', text('default')],
  ['hydra_logging', text('default')],
  ['job_logging', text('default')],
  ['callbacks', { kind: 'scalar', value: { kind: 'null' }, ...PLACE }],
  ['env', text('default')],
];

/** The layers that Hydra brings along, by path without extension. */
export const HYDRA_LAYERS: ReadonlyMap<string, LayerMap> = new Map([
  [
    'hydra/config',
    map([['defaults', { kind: 'list', items: CHOICES.map((choice) => map([choice])), ...PLACE }]]),
  ],
  ...Object.entries(GROUPS).flatMap(([group, names]) =>
    names.map((name): [string, LayerMap] => [`hydra/${group}/${name}`, EMPTY]),
  ),
]);
