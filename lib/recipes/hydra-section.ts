import { type ConfigValue } from './config-value';
import { Failure } from './failure';
import { type MapNode, pathOf, valueOf } from './nodes/config-node';

type Field = 'text' | 'list' | 'map' | 'any' | Schema;
type Schema = { readonly [name: string]: Field };

// What Hydra lets a recipe say about Hydra itself. It steers Hydra's own program, so Galley checks it and drops it.
const SCHEMA: Schema = {
  mode: 'any',
  searchpath: 'list',
  run: { dir: 'text' },
  sweep: { dir: 'text', subdir: 'text' },
  hydra_logging: 'map',
  job_logging: 'map',
  sweeper: 'any',
  launcher: 'any',
  callbacks: 'map',
  help: { app_name: 'text', header: 'text', footer: 'text', template: 'text' },
  hydra_help: { hydra_help: 'text', template: 'text' },
  output_subdir: 'text',
  overrides: { hydra: 'list', task: 'list' },
  job: {
    name: 'text',
    chdir: 'any',
    override_dirname: 'text',
    id: 'text',
    num: 'any',
    config_name: 'text',
    env_set: 'map',
    env_copy: 'list',
    config: { override_dirname: { kv_sep: 'text', item_sep: 'text', exclude_keys: 'list' } },
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

/** Checks the `hydra` section and takes it out of the configuration. */
export function takeHydraSection(root: MapNode): void {
  for (const [identity, child] of root.entries) {
    if (pathOf(child) !== 'hydra') continue;
    checkSearchPath(child.kind === 'map' ? valueOf(child) : null);
    check(valueOf(child), SCHEMA, 'hydra');
    root.entries.delete(identity);
  }
}

/** Whether an override is about Hydra itself. Throws when Hydra has no such key. */
export function isHydraOverride(key: string): boolean {
  const [first, ...rest] = key.split('.');
  if (first !== 'hydra') return false;
  let field: Field = SCHEMA;
  for (const [at, name] of rest.entries()) {
    if (typeof field === 'string') return true;
    const next: Field | undefined = Object.hasOwn(field, name) ? field[name] : undefined;
    if (next === undefined) throw unknown(['hydra', ...rest.slice(0, at + 1)].join('.'));
    field = next;
  }
  return true;
}

function unknown(key: string): Failure {
  return new Failure({ class: 'unknown_key', key, message: `Hydra has no setting "${key}".` });
}

function checkSearchPath(section: ConfigValue | null): void {
  if (section?.kind !== 'map') return;
  const found = section.entries.find(([key]) => key.kind === 'string' && key.value === 'searchpath')?.[1];
  if (found === undefined || found.kind === 'null') return;
  if (found.kind !== 'list' || !found.items.every((item) => item.kind === 'string'))
    throw new Failure({ class: 'hydra', message: 'hydra.searchpath must be a list of strings.' });
}

function check(value: ConfigValue, field: Field, path: string): void {
  if (typeof field === 'string') {
    if (!fits(value, field))
      throw new Failure({
        class: 'validation',
        key: path,
        message: `"${path}" is Hydra's own setting and needs another type of value.`,
      });
    return;
  }
  if (isSpecial(value)) return;
  if (value.kind !== 'map')
    throw new Failure({
      class: 'validation',
      key: path,
      message: `"${path}" is Hydra's own section and must be a map.`,
    });
  for (const [key, item] of value.entries) {
    const name = key.kind === 'string' ? key.value : '';
    const next = Object.hasOwn(field, name) ? field[name] : undefined;
    if (next === undefined) throw unknown(`${path}.${name}`);
    check(item, next, `${path}.${name}`);
  }
}

function isSpecial(value: ConfigValue): boolean {
  return value.kind === 'string' && (value.value === '???' || value.value.includes('${'));
}

function fits(value: ConfigValue, field: 'text' | 'list' | 'map' | 'any'): boolean {
  if (field === 'any' || isSpecial(value)) return true;
  if (field === 'text') return value.kind !== 'list' && value.kind !== 'map';
  return value.kind === field;
}
