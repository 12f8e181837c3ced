import type { ConfigValue } from './config-value';
import { Failure } from './failure';
import { getEntry, isMissing, type MapNode, valueOf } from './nodes/config-node';

/** The type of one of Hydra's settings; `given` is a text that Hydra itself sets. */
export type HydraField = 'text' | 'given' | 'list' | 'map' | 'any' | HydraSchema;
export type HydraSchema = { readonly [name: string]: HydraField };

/** What Hydra lets a recipe say about Hydra itself. It steers Hydra's own program: Galley checks it and drops it. */
export const HYDRA_SCHEMA: HydraSchema = {
  mode: 'any',
  searchpath: 'list',
  run: { dir: 'given' },
  sweep: { dir: 'given', subdir: 'given' },
  hydra_logging: 'map',
  job_logging: 'map',
  sweeper: 'map',
  launcher: 'map',
  callbacks: 'map',
  help: { app_name: 'given', header: 'given', footer: 'given', template: 'given' },
  hydra_help: { hydra_help: 'text', template: 'given' },
  output_subdir: 'given',
  overrides: { hydra: 'list', task: 'list' },
  job: {
    name: 'text',
    chdir: 'any',
    override_dirname: 'text',
    id: 'text',
    num: 'text',
    config_name: 'text',
    env_set: 'map',
    env_copy: 'list',
    config: { override_dirname: { kv_sep: 'given', item_sep: 'given', exclude_keys: 'list' } },
  },
  runtime: {
    version: 'text',
    version_base: 'text',
    cwd: 'text',
    config_sources: 'any',
    output_dir: 'text',
    choices: 'map',
  },
  verbose: 'any',
};

/** Throws what Hydra finds wrong in its own section. */
export function checkHydraSection(root: MapNode): void {
  const section = getEntry(root, 'hydra');
  if (section === undefined || isMissing(section)) return;
  if (section.kind !== 'map')
    throw new Failure({
      class: 'internal',
      message: '"hydra" is the section of Hydra\'s own settings and must be a map.',
    });
  const value = valueOf(section);
  check(value, HYDRA_SCHEMA, 'hydra');
}

/** Hydra's settings are no part of the configuration that a recipe gets. */
export function dropHydraSection(root: MapNode): void {
  root.entries.delete('shydra');
}

function check(value: ConfigValue, field: HydraField, path: string): void {
  if (isSpecial(value)) return;
  if (typeof field === 'string') {
    if (!fits(value, field)) throw invalid(path, 'needs another type of value');
    return;
  }
  if (value.kind !== 'map') throw invalid(path, 'must be a map');
  for (const [key, item] of value.entries) {
    const name = key.kind === 'string' ? key.value : '';
    const own = Object.hasOwn(field, name) ? field[name] : undefined;
    if (own === undefined)
      throw new Failure({
        class: 'unknown_key',
        key: `${path}.${name}`,
        message: `Hydra has no setting "${path}.${name}".`,
      });
    check(item, own, `${path}.${name}`);
  }
}

function invalid(path: string, what: string): Failure {
  return new Failure({
    class: 'validation',
    key: path,
    message: `"${path}" is one of Hydra's own settings and ${what}.`,
  });
}

function isSpecial(value: ConfigValue): boolean {
  return value.kind === 'string' && (value.value === '???' || value.value.includes('${'));
}

function fits(value: ConfigValue, field: Exclude<HydraField, HydraSchema>): boolean {
  if (field === 'any') return true;
  if (field === 'text' || field === 'given') return value.kind !== 'list' && value.kind !== 'map';
  return value.kind === field || (field === 'map' && value.kind === 'null');
}

/** `hydra.searchpath` is read from the primary layer before anything else. */
export function checkSearchPath(searchPath: ConfigValue): void {
  if (searchPath.kind === 'null') return;
  if (searchPath.kind !== 'list' || !searchPath.items.every(({ kind }) => kind === 'string'))
    throw new Failure({ class: 'hydra', message: 'hydra.searchpath must be a list of strings.' });
}
