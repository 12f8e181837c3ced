'use client';

import { ArrowDownIcon, ArrowUpIcon } from 'lucide-react';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect } from 'react';
import { Table, TableHead } from '@/components/ui/table';
import type { RunsView } from '@/lib/api-client/run-urls';
import type { RunListItem } from '@/lib/api-client/wire';
import { runSortOf } from '@/lib/domain/run-column';
import { RunRow } from './run-row';
import type { Annotate } from './use-annotate';
import type { Selection } from './use-selection';

const ROW_PX = 57;
/** Bar, tools and head of the table; what a wrapped line adds lies within the rows drawn beyond the window. */
const ABOVE_PX = 150;
const OVERSCAN = 12;

const COLUMNS = [
  { title: 'Status', sort: 'status', first: '', className: 'max-sm:hidden' },
  { title: 'Run', sort: 'name', first: '', className: undefined },
  { title: 'Steps', sort: 'step', first: '-', className: undefined },
  { title: 'Reward', sort: 'rollout/reward_mean', first: '-', className: undefined },
  { title: 'Started', sort: 'run', first: '-', className: undefined },
  { title: 'In steps', sort: 'seconds', first: '-', className: undefined },
] as const;

/** The rows that are in sight, and a little more; the next page is asked for before the end is. */
export function RunsGrid(props: {
  view: RunsView;
  items: readonly RunListItem[];
  selection: Selection;
  annotate: Annotate;
  onView: (change: Readonly<Record<string, string | null>>) => void;
  onEnd: () => void;
}) {
  const { view, items, selection, onView, onEnd } = props;
  const rows = useWindowVirtualizer({
    count: items.length,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
    scrollMargin: ABOVE_PX,
    // what the server draws, before there is a window
    initialRect: { width: 1440, height: 900 },
  });
  const shown = rows.getVirtualItems();
  const [first, last] = [shown[0], shown.at(-1)];
  const isAtEnd = last !== undefined && last.index >= items.length - OVERSCAN;
  // Pages come from the server.
  useEffect(() => {
    if (isAtEnd) onEnd();
  }, [isAtEnd, onEnd]);
  const above = first === undefined ? 0 : first.start - rows.options.scrollMargin;
  const below = last === undefined ? 0 : rows.getTotalSize() - (last.end - rows.options.scrollMargin);
  const areAllSelected = items.every(({ run }) => selection.has(run.id));
  return (
    <div className="rounded-card border bg-panel">
      <Table label="Runs">
        <thead>
          <tr>
            <TableHead className="w-8 pr-0">
              <input
                type="checkbox"
                className="size-4 accent-accent"
                aria-label={areAllSelected ? 'Select no run' : 'Select all loaded runs'}
                checked={areAllSelected}
                onChange={areAllSelected ? selection.clear : selection.selectAll}
              />
            </TableHead>
            {COLUMNS.map((column) => (
              <SortHead key={column.title} {...column} view={view} onView={onView} />
            ))}
            {view.columns.map((name) => (
              <SortHead key={name} title={name} sort={name} first="-" view={view} onView={onView} />
            ))}
            <TableHead className="relative w-10">
              <span className="sr-only">Actions</span>
            </TableHead>
          </tr>
        </thead>
        <tbody>
          {above > 0 ? <tr aria-hidden style={{ height: above }} /> : null}
          {shown.flatMap(({ index }) => {
            const item = items[index];
            return item === undefined
              ? []
              : [
                  <RunRow
                    key={item.run.id}
                    index={index}
                    measure={rows.measureElement}
                    item={item}
                    columns={view.columns}
                    isSelected={selection.has(item.run.id)}
                    onToggle={(isRange) => selection.toggle(item.run.id, isRange)}
                    annotate={props.annotate}
                    onTag={(tag) => onView({ q: withCondition(view.q, `tag:${quoted(tag)}`) })}
                  />,
                ];
          })}
          {below > 0 ? <tr aria-hidden style={{ height: below }} /> : null}
        </tbody>
      </Table>
    </div>
  );
}

function SortHead(props: {
  title: string;
  sort: string;
  /** The direction of the first click: '-' = highest first. */
  first: '' | '-';
  className?: string | undefined;
  view: RunsView;
  onView: (change: Readonly<Record<string, string>>) => void;
}) {
  const { title, sort, first, view } = props;
  const { isDescending } = runSortOf(view.sort);
  const isSorted = view.sort === sort || view.sort === `-${sort}`;
  const Arrow = isDescending ? ArrowDownIcon : ArrowUpIcon;
  const next = isSorted ? `${isDescending ? '' : '-'}${sort}` : `${first}${sort}`;
  return (
    <TableHead
      className={props.className}
      aria-sort={isSorted ? (isDescending ? 'descending' : 'ascending') : undefined}
    >
      <button
        type="button"
        className="inline-flex max-w-48 items-center gap-1 truncate hover:text-ink"
        title={`Order by ${title}`}
        onClick={() => props.onView({ sort: next })}
      >
        <span className="truncate">{title}</span>
        {isSorted ? <Arrow className="size-3 shrink-0" aria-hidden /> : null}
      </button>
    </TableHead>
  );
}

/** The search with one more condition, unless it has it. */
export function withCondition(search: string, condition: string): string {
  return search.split(/\s+/).includes(condition) ? search : `${search} ${condition}`.trim();
}

export function quoted(value: string): string {
  return /\s/.test(value) ? `"${value}"` : value;
}
