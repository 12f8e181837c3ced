'use client';

import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import { Select } from '@/components/ui/select';
import { cn } from '@/components/ui/cn';
import { useStable } from '@/components/ui/use-stable';
import type { RolloutSort } from '@/lib/api-client/trajectories';
import type { TrajectoryPage } from '@/lib/api-client/wire';
import { formatNumber, formatSigned } from '@/lib/charts/format-value';
import { visibleText } from '@/lib/insight/visible-text';

type Row = TrajectoryPage['rows'][number];

const SORTS: readonly { readonly sort: RolloutSort; readonly title: string }[] = [
  { sort: 'order', title: 'in order of the batch' },
  { sort: '-reward', title: 'highest reward first' },
  { sort: 'reward', title: 'lowest reward first' },
  { sort: '-advantage', title: 'highest advantage first' },
  { sort: 'advantage', title: 'lowest advantage first' },
  { sort: '-tokens', title: 'longest first' },
  { sort: 'tokens', title: 'shortest first' },
];

export function RolloutList(props: {
  rows: readonly Row[];
  /** Rollouts of the step; null while it is being read. */
  total: number | null;
  isFiltered: boolean;
  error: Error | null;
  sort: RolloutSort;
  selected: number | null;
  onSort: (sort: RolloutSort) => void;
  onSelect: (id: number) => void;
}) {
  return (
    <>
      <div className="flex items-center gap-2 border-b px-3 py-2 text-sm text-muted">
        <span>{countWords(props.rows.length, props.total, props.isFiltered)}</span>
        <Select
          aria-label="Order"
          className="ml-auto [&_select]:h-7 [&_select]:text-sm"
          value={props.sort}
          onChange={(event) => {
            const chosen = SORTS.find(({ sort }) => sort === event.target.value);
            if (chosen !== undefined) props.onSort(chosen.sort);
          }}
        >
          {SORTS.map(({ sort, title }) => (
            <option key={sort} value={sort}>
              {title}
            </option>
          ))}
        </Select>
      </div>
      {props.error === null ? null : <p className="px-3 py-2 text-error">{props.error.message}</p>}
      <Rows rows={props.rows} selected={props.selected} onSelect={props.onSelect} />
    </>
  );
}

/** Two lines of text and the space around them. */
const ROW_HEIGHT = 50;

function Rows(props: { rows: readonly Row[]; selected: number | null; onSelect: (id: number) => void }) {
  const { rows, selected } = props;
  const viewport = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are called here only, never passed on
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => viewport.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 10,
  });
  const at = rows.findIndex(({ id }) => id === selected);
  const show = useStable(() => {
    if (at >= 0) list.scrollToIndex(at);
    // a row that leaves the picture takes the focus with it, and keys would reach nobody
    const isHere = viewport.current?.contains(document.activeElement) === true;
    const button = viewport.current?.querySelector<HTMLElement>('[aria-current=true]');
    if (isHere) button?.focus({ preventScroll: true });
  });
  useEffect(() => show(), [show, selected]);
  return (
    <div ref={viewport} className="max-h-[calc(100dvh-26rem)] min-h-48 overflow-y-auto">
      <ul aria-label="Rollouts" className="relative" style={{ height: list.getTotalSize() }}>
        {list.getVirtualItems().map(({ index, start, size }) => {
          const row = rows[index];
          return row === undefined ? null : (
            <li
              key={row.id}
              aria-setsize={rows.length}
              aria-posinset={index + 1}
              className="absolute inset-x-0"
              style={{ top: start, height: size }}
            >
              <RolloutButton row={row} isSelected={row.id === selected} onSelect={props.onSelect} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function countWords(shown: number, total: number | null, isFiltered: boolean): string {
  if (total === null) return 'reading …';
  if (isFiltered || shown < total) return `${shown} of ${total} rollouts`;
  return `${total} ${total === 1 ? 'rollout' : 'rollouts'}`;
}

function RolloutButton(props: { row: Row; isSelected: boolean; onSelect: (id: number) => void }) {
  const { row } = props;
  return (
    <button
      type="button"
      aria-current={props.isSelected ? 'true' : undefined}
      className={cn(
        'grid h-full w-full grid-cols-[3rem_3.5rem_minmax(0,1fr)_auto] items-baseline gap-x-2 border-b px-3 py-1.5 text-left [font-variant-ligatures:none] hover:bg-hover focus-visible:-outline-offset-2',
        props.isSelected && 'bg-selected hover:bg-selected',
      )}
      onClick={() => props.onSelect(row.id)}
    >
      <span className={cn('font-mono font-semibold', rewardTone(row.reward))}>
        {formatNumber(row.reward)}
      </span>
      <span className="font-mono text-sm text-muted">{formatSigned(row.advantage)}</span>
      <span className="truncate" dir="auto">
        {visibleText(row.promptPreview)}
      </span>
      <span className="text-sm text-muted">{row.completionTokens} tok</span>
      <span className="col-span-2 text-xs text-muted">
        {row.error === null ? stopWords(row.stopReason) : 'failed'}
      </span>
      <span className="col-span-2 truncate font-mono text-sm text-muted" dir="auto">
        {visibleText(row.error ?? row.completionPreview)}
      </span>
    </button>
  );
}

function stopWords(reason: Row['stopReason']): string {
  return reason === 'length' ? 'cut at the limit' : reason;
}

/** Rewards of most tasks lie between 0 and 1; the number says what the colour hints at. */
export function rewardTone(reward: number): string {
  if (reward >= 0.99) return 'text-ok';
  return reward <= 0.01 || Number.isNaN(reward) ? 'text-error' : 'text-warning';
}
