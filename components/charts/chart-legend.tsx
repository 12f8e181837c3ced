import { cssColor, type SeriesColor } from '@/lib/charts/series-color';

export type LegendEntry = {
  readonly name: string;
  readonly color: SeriesColor;
  readonly dash?: string | null;
  readonly last: string;
  readonly lastIsFinite?: boolean;
};

/** Names what is drawn and says where it stands now. A lone series goes by the chart's title: its name is for readers of the page aloud. */
export function ChartLegend({ entries }: { entries: readonly LegendEntry[] }) {
  return (
    <ul className="ml-auto flex flex-wrap items-center justify-end gap-x-3 text-sm text-muted">
      {entries.map((entry) => (
        <li key={entry.name} className="flex items-center gap-1.5">
          <Swatch color={entry.color} dash={entry.dash ?? null} />
          <span>{entry.name}</span>
          <span className={entry.lastIsFinite === false ? 'font-medium text-error' : 'font-medium text-ink'}>
            {entry.last}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** A piece of the line itself: colour and dash as drawn. */
export function Swatch({ color, dash = null }: { color: SeriesColor; dash?: string | null }) {
  return (
    <svg aria-hidden viewBox="0 0 14 8" className="h-2 w-3.5 shrink-0">
      <line
        x1="0"
        x2="14"
        y1="4"
        y2="4"
        stroke={cssColor(color)}
        strokeWidth={dash === null ? 4 : 3}
        strokeLinecap={dash === null ? 'round' : 'butt'}
        {...(dash === null ? {} : { strokeDasharray: dash })}
      />
    </svg>
  );
}
