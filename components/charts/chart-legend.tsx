import { cssColor, type SeriesColor } from '@/lib/charts/series-color';

export type LegendEntry = {
  readonly name: string;
  readonly color: SeriesColor;
  readonly dash?: string | null;
  /** Newest value; left out where it would say little. */
  readonly last?: string;
  readonly lastIsFinite?: boolean;
};

/** Names what is drawn and says where it stands now. */
export function ChartLegend({ entries }: { entries: readonly LegendEntry[] }) {
  return (
    <ul className="ml-auto flex flex-wrap items-center justify-end gap-x-2.5 text-sm text-muted">
      {entries.map((entry) => (
        <li key={entry.name} className="flex items-center gap-1">
          <Swatch color={entry.color} dash={entry.dash ?? null} />
          <span>{entry.name}</span>
          {entry.last === undefined ? null : (
            <span
              className={entry.lastIsFinite === false ? 'font-medium text-error' : 'font-medium text-ink'}
            >
              {entry.last}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

/** A dot of the line's colour; a piece of the line itself where dashes tell lines apart. */
export function Swatch({ color, dash = null }: { color: SeriesColor; dash?: string | null }) {
  if (dash === null) {
    return (
      <span aria-hidden className="size-1.5 shrink-0 rounded-full" style={{ background: cssColor(color) }} />
    );
  }
  return (
    <svg aria-hidden viewBox="0 0 14 8" className="h-2 w-3.5 shrink-0">
      <line x1="0" x2="14" y1="4" y2="4" stroke={cssColor(color)} strokeWidth={3} strokeDasharray={dash} />
    </svg>
  );
}
