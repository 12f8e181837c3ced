import { Failure } from '@/lib/recipes/failure';
import type { Override } from '@/lib/recipes/overrides/override';
import { type DefaultEntry, nameOf, newEntry, overrideKey } from './default-entry';
import type { LayerStore } from './layer-store';

type Choice = string | readonly string[] | null;
type ChoiceOverride = {
  readonly value: Choice;
  readonly isExternal: boolean;
  readonly entry: DefaultEntry | null;
  readonly override: Override | null;
  used: boolean;
};

/** What was chosen for each group, by whom, and what is left over at the end. */
export class Choices {
  /** Overrides that set values, in order. */
  readonly valueOverrides: Override[] = [];
  /** Groups added on the command line. */
  readonly appended: Override[] = [];
  readonly known = new Map<string, string | null>();
  private readonly knownByGroup = new Map<string, Set<string>>();
  private readonly overridden = new Map<string, ChoiceOverride>();
  private readonly deletions = new Map<
    string,
    { readonly name: string | null; readonly override: Override; used: boolean }
  >();

  private readonly store: LayerStore;
  private readonly folder: string;

  /** `folder` counts as the root: the groups of the layers inside it are named from there. */
  constructor(store: LayerStore, overrides: readonly Override[], folder: string) {
    this.store = store;
    this.folder = folder;
    for (const override of overrides) this.sort(override);
  }

  /** The name by which a group is chosen and overridden. */
  keyOf(entry: DefaultEntry): string {
    return overrideKey(entry, this.folder);
  }

  private isGroup(key: string): boolean {
    if (this.folder === '') return this.store.hasGroup(key);
    const isFromRoot = key === '' || key === 'hydra' || key.includes('/');
    return this.store.hasGroup(`${this.folder}/${key}`) || (isFromRoot && this.store.hasGroup(key));
  }

  private sort(override: Override): void {
    const { value } = override;
    if (value?.kind === 'map' || !this.isGroup(override.key)) {
      this.valueOverrides.push(override);
      return;
    }
    if (override.action === 'force-add')
      throw failureOf(
        override,
        'force_add_group',
        `"${override.text}": a group is chosen with "${override.key}=…" or added with "+${override.key}=…".`,
      );
    const key = override.package === null ? override.key : `${override.key}@${override.package}`;
    if (override.action === 'delete') {
      this.deletions.set(key, { name: deletedChoice(override), override, used: false });
      return;
    }
    const choice = choiceOf(override);
    if (override.action === 'add') this.appended.push(override);
    else this.overridden.set(key, { value: choice, isExternal: true, entry: null, override, used: false });
  }

  /** Whether anything that was chosen so far may have to do with the groups in a folder. */
  mayConcern(folder: string): boolean {
    if (this.overridden.size + this.deletions.size + this.appended.length > 0) return true;
    return [...this.known.keys()].some((key) => key.startsWith(folder));
  }

  appendedEntries(): DefaultEntry[] {
    return this.appended.map((override) =>
      newEntry({
        kind: 'group',
        path: override.key,
        value: choiceOf(override),
        package: override.package,
        range: null,
        isAppended: true,
      }),
    );
  }

  /** An `override group: choice` entry; the outermost layer and the command line win. */
  addOverride(entry: DefaultEntry): void {
    const key = this.keyOf(entry);
    if (this.overridden.has(key)) return;
    this.overridden.set(key, { value: entry.value, isExternal: false, entry, override: null, used: false });
  }

  apply(entry: DefaultEntry): void {
    if (entry.kind !== 'group') return;
    const found = this.overridden.get(this.keyOf(entry));
    if (found === undefined) return;
    entry.value = found.value;
    found.used = true;
  }

  /** True when the command line takes this group out. */
  takeDeleted(entry: DefaultEntry): boolean {
    if (entry.kind !== 'group') return false;
    const deletion = this.deletions.get(this.keyOf(entry));
    if (deletion === undefined || (deletion.name !== null && deletion.name !== nameOf(entry))) return false;
    deletion.used = true;
    return true;
  }

  note(entry: DefaultEntry): void {
    if (entry.kind !== 'group') return;
    const key = this.keyOf(entry);
    const name = nameOf(entry);
    const before = this.known.get(key);
    if (before === undefined) this.known.set(key, name);
    else if (before !== name)
      throw new Failure({
        class: 'duplicate_group',
        message: `The group "${key}" is chosen twice: ${before ?? 'null'} and ${name ?? 'null'}. Write "override ${key}: ${name ?? 'null'}" to replace the first choice.`,
        range: entry.range,
      });
    const [group = key] = key.split('@');
    this.knownByGroup.set(group, (this.knownByGroup.get(group) ?? new Set()).add(key));
  }

  /** Fails when an override or a deletion found no group to act on. */
  checkAllUsed(): void {
    for (const [key, found] of this.overridden) if (!found.used) throw this.unusedOverride(key, found);
    for (const [key, deletion] of this.deletions)
      if (!deletion.used)
        throw failureOf(
          deletion.override,
          'delete_no_match',
          `"${deletion.override.text}": no defaults list chooses "${key}", so there is nothing to take out.`,
        );
  }

  private unusedOverride(key: string, found: ChoiceOverride): Failure {
    const similar = [...(this.knownByGroup.get(key.split('@')[0] ?? '') ?? [])].toSorted();
    const hint = similar.length > 0 ? ` Did you mean ${similar.join(' or ')}?` : '';
    const message = `No defaults list chooses "${key}" before this override.${hint}`;
    if (found.override !== null)
      return failureOf(
        found.override,
        'override_no_match',
        `${message}${hint === '' ? ` To add the group, write +${found.override.text}.` : ''}`,
      );
    const range = found.entry?.range ?? null;
    return new Failure({ class: 'override_no_match', message, range });
  }
}

function failureOf(override: Override, name: string, message: string): Failure {
  return new Failure({
    class: name,
    message: message.includes(override.text) ? message : `"${override.text}": ${message}`,
  });
}

function choiceOf(override: Override): string | readonly string[] {
  const { value } = override;
  if (value?.kind === 'string') return value.value;
  if (value?.kind === 'list')
    return value.items.map((item) => (item.kind === 'string' ? item.value : failChoice(override)));
  return failChoice(override);
}

/** `~db=pg` takes the group out only if `pg` is chosen. */
function deletedChoice(override: Override): string | null {
  const { value } = override;
  if (value === null || value.kind === 'null') return null;
  return value.kind === 'string' ? value.value : failChoice(override);
}

function failChoice(override: Override): never {
  throw failureOf(
    override,
    'group_value_type',
    `"${override.text}": "${override.key}" is a folder of layers, so the value must be the name of one.`,
  );
}
