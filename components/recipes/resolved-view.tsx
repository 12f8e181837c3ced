'use client';

import { useVirtualizer } from '@tanstack/react-virtual';
import { SearchIcon } from 'lucide-react';
import { memo, useRef, useState } from 'react';
import { cn } from '@/components/ui/cn';
import { Skeleton } from '@/components/ui/skeleton';
import { useStable } from '@/components/ui/use-stable';
import type { SourceRange } from '@/lib/recipes/diagnostic';
import { LayerChip } from './layer-chip';
import type { LayerTone } from './layer-of';
import { filterRows, isUnresolved, type ResolvedRow } from './resolved-rows';
import { originOf } from './row-origin';

const ROW_HEIGHT = 24;

export type ResolvedViewProps = {
  /** null = not composed yet. */
  readonly rows: readonly ResolvedRow[] | null;
  /** The rows are of an earlier text: the present one does not compose. */
  readonly isStale: boolean;
  readonly files: Readonly<Record<string, string>>;
  readonly onJump: (range: SourceRange) => void;
};

/** The merged configuration: every value with the layer that set it. */
export const ResolvedView = memo(function ResolvedView({ rows, isStale, files, onJump }: ResolvedViewProps) {
  const [filter, setFilter] = useState('');
  const shown = filterRows(rows ?? [], filter);
  const count = (rows ?? []).filter(({ kind }) => kind !== 'section').length;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <label className="relative flex shrink-0 items-center border-b">
        <SearchIcon aria-hidden className="pointer-events-none absolute left-3 size-3.5 text-muted" />
        <input
          type="search"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
          placeholder={rows === null ? 'Filter values' : `Filter ${count} values`}
          aria-label="Filter the resolved values"
          className="h-8 w-full bg-transparent pr-3 pl-8.5 placeholder:text-muted focus-visible:-outline-offset-2"
        />
      </label>
      {isStale ? (
        <p role="status" className="shrink-0 border-b bg-warning/5 px-3 py-1.5 text-sm text-warning">
          Last version that composed; the text as it stands does not. See the problems.
        </p>
      ) : null}
      {rows === null ? (
        <RowsLoading />
      ) : (
        <Rows rows={shown} files={files} isStale={isStale} onJump={onJump} />
      )}
      {rows !== null && shown.length === 0 ? (
        <p className="px-3 py-4 text-muted">
          {filter === '' ? 'This layer sets nothing.' : `No value contains “${filter}”.`}
        </p>
      ) : null}
    </div>
  );
});

function Rows({
  rows,
  files,
  isStale,
  onJump,
}: Omit<ResolvedViewProps, 'rows'> & { rows: readonly ResolvedRow[] }) {
  const viewport = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are called here only, never passed on
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => viewport.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 20,
  });
  const onShow = useStable((path: string) => {
    const source = rows.find((row) => row.path === path)?.provenance?.source;
    if (source) onJump(source);
  });
  if (rows.length === 0) return null;
  return (
    <div ref={viewport} className="min-h-0 flex-1 overflow-auto py-1.5">
      <ul
        aria-label="Resolved configuration"
        className={cn('relative', isStale && 'opacity-50')}
        style={{ height: list.getTotalSize() }}
      >
        {list.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (row === undefined) return null;
          return (
            <li
              key={row.path}
              className="absolute inset-x-0"
              // no transform: each would be a layer of its own to the painter
              style={{ height: ROW_HEIGHT, top: item.start }}
            >
              <Line {...lineOf(row, files)} onShow={onShow} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

const VALUE_COLORS: Record<ResolvedRow['kind'], string> = {
  section: '',
  string: 'text-ink',
  number: 'text-[var(--code-number)]',
  word: 'text-[var(--code-keyword)]',
  secret: 'text-muted',
};

/** What a line shows, in plain values: of the rows that a keystroke brings anew, most show what they showed. */
type LineProps = Pick<ResolvedRow, 'path' | 'depth' | 'label' | 'kind' | 'text'> & {
  readonly isUnresolved: boolean;
  /** Of the chip; null for a section. */
  readonly letter: string | null;
  readonly tone: LayerTone;
  readonly origin: string;
  readonly hasSource: boolean;
};

function lineOf(row: ResolvedRow, files: ResolvedViewProps['files']): LineProps {
  const { path, depth, label, kind, text } = row;
  const origin = originOf(row, files);
  return {
    path,
    depth,
    label,
    kind,
    text,
    isUnresolved: isUnresolved(row),
    letter: origin?.letter ?? null,
    tone: origin?.tone ?? 'common',
    origin: origin?.label ?? '',
    hasSource: origin?.source != null,
  };
}

const Line = memo(function Line({ onShow, ...row }: LineProps & { onShow: (path: string) => void }) {
  const { path, label, kind, text, letter } = row;
  const content = (
    <>
      <span className="min-w-0 truncate font-mono text-sm" title={`${path}: ${text}`}>
        <span className={kind === 'section' ? 'font-semibold' : 'text-[var(--code-key)]'}>{label}</span>
        {kind === 'section' || label === '-' ? ' ' : <span className="text-muted">: </span>}
        <span className={row.isUnresolved ? 'text-warning' : VALUE_COLORS[kind]}>{text}</span>
      </span>
      {letter === null ? null : (
        <LayerChip letter={letter} tone={row.tone} label={row.origin} className="ml-auto" />
      )}
    </>
  );
  const style = { paddingLeft: 12 + row.depth * 14 };
  const classes = 'flex h-full w-full items-center gap-2 pr-3 text-left';
  if (!row.hasSource) {
    return (
      <div className={classes} style={style}>
        {content}
      </div>
    );
  }
  return (
    <button
      type="button"
      className={cn(classes, 'hover:bg-hover focus-visible:-outline-offset-2')}
      style={style}
      onClick={() => onShow(path)}
    >
      {content}
    </button>
  );
});

function RowsLoading() {
  return (
    <div className="flex flex-col gap-2.5 p-3" aria-label="Composing" role="status">
      {[40, 64, 56, 72, 48, 60, 36].map((width) => (
        <Skeleton key={width} className="h-3" />
      ))}
    </div>
  );
}
