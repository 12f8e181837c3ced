import type { SourceRange } from '@/lib/recipes/diagnostic';

/**
 * One entry of a defaults list: a layer by path (`common`), a group with a choice (`db: pg`), or `_self_`.
 * `base` and `parentPackage` come from the layer that holds the list.
 */
export type DefaultEntry = {
  readonly kind: 'layer' | 'group';
  /** `base/common` of a layer entry, `db` of a group entry, as written. */
  readonly path: string;
  /** The choice of a group: one layer, several, or none. A layer entry has its path's last part. */
  value: string | readonly string[] | null;
  /** The part after `@`, or null. */
  package: string | null;
  readonly isOptional: boolean;
  readonly isOverride: boolean;
  /** Added by `+group=choice` on the command line. */
  readonly isAppended: boolean;
  readonly isPrimary: boolean;
  /** The content goes to the root, whatever folder the layer lies in. */
  readonly isRooted: boolean;
  base: string;
  parentPackage: string;
  /** Package by the layer's own `# @package` line. */
  header: string | null;
  isDeleted: boolean;
  readonly range: SourceRange | null;
};

type EntryFacts = Pick<DefaultEntry, 'kind' | 'path' | 'value' | 'package' | 'range'> &
  Partial<Pick<DefaultEntry, 'isOptional' | 'isOverride' | 'isAppended' | 'isPrimary' | 'isRooted'>>;

export function newEntry(facts: EntryFacts): DefaultEntry {
  return {
    isOptional: false,
    isOverride: false,
    isAppended: false,
    isPrimary: false,
    isRooted: false,
    base: '',
    parentPackage: '',
    header: null,
    isDeleted: false,
    ...facts,
    package: facts.package === '_here_' ? '' : facts.package,
  };
}

export function isSelf(entry: DefaultEntry): boolean {
  return entry.kind === 'layer' ? entry.path === '_self_' : entry.value === '_self_';
}

/** Tells an entry where its list stands. `_group_` in its package then becomes the group's own package. */
export function placeEntry(entry: DefaultEntry, base: string, parentPackage: string): void {
  entry.base = base;
  entry.parentPackage = parentPackage;
  if (entry.package?.includes('_group_'))
    entry.package = `_global_.${entry.package.replaceAll('_group_', groupPath(entry).replaceAll('/', '.'))}`;
}

function withoutSlash(path: string): string {
  return path.startsWith('/') ? path.slice(1) : path;
}

function folderOf(path: string): string {
  const at = path.lastIndexOf('/');
  return at === -1 ? '' : path.slice(0, at);
}

/** The group as written, without a leading slash. */
function relativeGroup(entry: DefaultEntry): string {
  const path = withoutSlash(entry.path);
  return entry.kind === 'group' ? path : folderOf(path);
}

/** The folder that the entry's layer lies in, from the search root. */
export function groupPath(entry: DefaultEntry): string {
  const group = relativeGroup(entry);
  if (entry.path.startsWith('/') || entry.base === '') return group;
  return group === '' ? entry.base : `${entry.base}/${group}`;
}

/** The layer's name inside its folder; null when the choice is null. */
export function nameOf(entry: DefaultEntry): string | null {
  if (entry.kind === 'group') return typeof entry.value === 'string' ? entry.value : null;
  return entry.path.slice(entry.path.lastIndexOf('/') + 1);
}

/** The layer's path from the search root, without its extension. */
export function layerPath(entry: DefaultEntry): string {
  if (entry.kind === 'group') return `${groupPath(entry)}/${nameOf(entry) ?? 'None'}`;
  const path = withoutSlash(entry.path);
  return entry.path.startsWith('/') || entry.base === '' ? path : `${entry.base}/${path}`;
}

/** Where in the configuration the layer's content goes, e.g. `trainer.algorithm`; '' is the root. */
export function finalPackage(entry: DefaultEntry, withHeader = true): string {
  const own = entry.package ?? (withHeader ? entry.header : null);
  const relative = own ?? (entry.isRooted ? '' : relativeGroup(entry).replaceAll('/', '.'));
  let path = relative;
  if (entry.parentPackage !== '')
    path = relative === '' ? entry.parentPackage : `${entry.parentPackage}.${relative}`;
  const global = path.lastIndexOf('_global_');
  return global === -1 ? path : path.slice(global + '_global_'.length + 1);
}

/** By this key a group is overridden: `db`, or `db@some.package`. Groups inside `folder` are named from there. */
export function overrideKey(entry: DefaultEntry, folder: string): string {
  const path = groupPath(entry);
  const group = folder !== '' && path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;
  const target = finalPackage(entry, false);
  if (group.replaceAll('/', '.') === target) return group;
  return `${group}@${target === '' ? '_global_' : target}`;
}
