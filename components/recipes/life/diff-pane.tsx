'use client';

import { Select } from '@/components/ui/select';
import type { ComparedPreviews, LeafChange } from './compared-rows';
import type { Comparison } from './use-comparison';
import type { DiffMode } from './use-diff';

export type DiffPaneProps = {
  readonly mode: DiffMode;
  readonly onMode: (mode: DiffMode) => void;
  /** Name of the variant in view. */
  readonly variant: string | null;
  readonly others: readonly string[];
  readonly comparison: Comparison;
  /** The run that is compared with; null = this variant never ran. */
  readonly run: { readonly id: number; readonly name: string } | null;
  readonly hasUnsaved: boolean;
  readonly onShow: (path: string) => void;
};

/** What differs in the resolved values, equal ones hidden. */
export function DiffPane(props: DiffPaneProps) {
  const { mode, onMode, comparison, others } = props;
  const groups = Object.entries(comparison.compared)
    .filter(([, { changes, newErrors }]) => changes.length > 0 || newErrors.length > 0)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const unusable = Object.entries(comparison.compared)
    .filter(([, compared]) => compared.unusable !== null && compared.newErrors.length === 0)
    .map(([entry]) => entry.replace(/\.yaml$/, ''));
  const isMode = (value: string): value is DiffMode =>
    ['unsaved', 'parent', 'run'].includes(value) || value.startsWith('variant:');
  return (
    <div className="flex h-full min-h-0 flex-col">
      <label className="flex shrink-0 items-center gap-2 border-b px-3 py-1.5 text-sm text-muted">
        Against
        <Select
          className="flex-1"
          aria-label="Compare with"
          value={mode}
          onChange={(event) => {
            if (isMode(event.target.value)) onMode(event.target.value);
          }}
        >
          <option value="parent">parent layers: what this variant changes</option>
          <option value="unsaved">what is saved: every variant that my edits change</option>
          <option value="run">the last run of this variant</option>
          {others.map((name) => (
            <option key={name} value={`variant:${name}`}>
              the variant {name}
            </option>
          ))}
        </Select>
      </label>
      <div
        className="min-h-0 flex-1 overflow-auto"
        role="region"
        aria-label="Differences"
        aria-busy={!comparison.isComplete}
      >
        {groups.length === 0 ? (
          <p className="p-4 text-muted">{emptyText(props)}</p>
        ) : (
          groups.map(([entry, compared]) => (
            <VariantChanges key={entry} entry={entry} compared={compared} onShow={props.onShow} />
          ))
        )}
        {unusable.length === 0 ? null : (
          <p className="px-3 py-2 text-sm text-muted">
            Not compared, since {unusable.length === 1 ? 'it does' : 'they do'} not compose:{' '}
            {unusable.toSorted().join(', ')}.
          </p>
        )}
      </div>
    </div>
  );
}

function emptyText({ mode, variant, run, hasUnsaved, comparison }: DiffPaneProps): string {
  if (mode === 'unsaved') {
    if (!hasUnsaved) return 'Nothing is unsaved. Edit a layer to see which variants it changes.';
    return comparison.isComplete ? 'The edits change no value of any variant.' : 'Comparing…';
  }
  if (variant === null) return 'This recipe has no variant to compare.';
  if (mode === 'run' && run === null) return `${variant} has not run yet.`;
  if (!comparison.isComplete) return 'Comparing…';
  return 'All values are equal.';
}

function VariantChanges({
  entry,
  compared,
  onShow,
}: {
  entry: string;
  compared: ComparedPreviews;
  onShow: (path: string) => void;
}) {
  const sections = bySection(compared.changes);
  const count = compared.changes.length;
  return (
    <section aria-label={entry} className="border-b px-3 py-2">
      <h3 className="flex items-baseline gap-2 font-semibold">
        {entry.replace(/\.yaml$/, '')}
        <span className="text-sm font-normal text-muted">
          {compared.unusable === null ? `${count} ${count === 1 ? 'value' : 'values'}` : 'does not compose'}
        </span>
      </h3>
      {compared.newErrors.map((message) => (
        <p key={message} className="mt-1 text-sm text-error">
          New error: {message}
        </p>
      ))}
      {[...sections].map(([section, changes]) => (
        <div key={section} className="mt-1.5">
          <h4 className="font-mono text-sm text-muted">{section}</h4>
          <ul>
            {changes.map((change) => (
              <li key={change.path}>
                <ChangeLine change={change} onShow={onShow} />
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}

function ChangeLine({ change, onShow }: { change: LeafChange; onShow: (path: string) => void }) {
  const { path, before, after } = change;
  return (
    <button
      type="button"
      onClick={() => onShow(path)}
      className="w-full rounded-chip px-1 py-0.5 text-left font-mono text-sm [overflow-wrap:anywhere] hover:bg-hover"
    >
      <span className="text-[var(--code-key)]">{path}</span>{' '}
      {before === null ? (
        <span className="text-muted">added </span>
      ) : (
        <del className="text-error decoration-error/50">{before}</del>
      )}
      {before !== null && after !== null ? <span className="text-muted"> → </span> : null}
      {after === null ? (
        <span className="text-muted"> removed</span>
      ) : (
        <ins className="text-ok no-underline">{after}</ins>
      )}
    </button>
  );
}

function bySection(changes: readonly LeafChange[]): ReadonlyMap<string, readonly LeafChange[]> {
  const sections = new Map<string, LeafChange[]>();
  for (const change of changes) {
    const section = change.path.split(/[.[]/, 1).join('');
    sections.set(section, [...(sections.get(section) ?? []), change]);
  }
  return sections;
}
