import { NO_COLUMNS } from '@/lib/charts/series-columns';
import type { RunEvent } from '@/lib/domain/run-event';
import { freshEvents } from './fresh-events';
import type { SeriesRange } from './wire';

export type MetricsQuestion = {
  readonly keys: readonly string[];
  /** First and last step wanted; open where null. */
  readonly from: number | null;
  readonly to: number | null;
  /** Pixels; about two rows each come back. */
  readonly width: number;
};

export type MetricsData = {
  readonly question: MetricsQuestion;
  /** Highest event included. */
  readonly seq: number;
  readonly series: readonly SeriesRange[];
  /** What was folded no longer says all: ask the server again. What is there stays drawn meanwhile. */
  readonly isStale: boolean;
};

/** Rows per pixel from which on the server should thin the series out again. */
const ROWS_PER_PIXEL = 4;

type Columns = Record<keyof Omit<SeriesRange, 'key' | 'level'>, number[]>;

/**
 * Folds events into ranges, in order. Replayed events change nothing, so reconnecting is always safe. A step that is
 * not beyond the last one means that a later attempt started over from there: what follows it is dropped.
 */
export function foldMetrics(data: MetricsData, events: readonly RunEvent[]): MetricsData {
  const fresh = freshEvents(events, data.seq);
  const last = fresh.at(-1);
  if (last === undefined) return data;
  const drafts = new Map<string, Columns>();
  let isStale = data.isStale || fresh.some(isTurningPoint);
  for (const event of fresh) {
    if (event.kind !== 'metrics' || isOutside(data.question, event.step)) continue;
    for (const key of data.question.keys) {
      const value = event.values[key];
      if (value === undefined) continue;
      const draft = drafts.get(key) ?? draftOf(data.series, key);
      drafts.set(key, draft);
      if (!rewindTo(draft, event.step)) isStale = true;
      appendPoint(draft, { step: event.step, time: Date.parse(event.time), value });
    }
  }
  const series = mergeDrafts(data.series, drafts);
  const isCrowded = series.some(({ step }) => step.length > data.question.width * ROWS_PER_PIXEL);
  return { question: data.question, seq: last.seq, series, isStale: isStale || isCrowded };
}

/** Sealed values are gone from the events; a new attempt makes points of the one before it stale. */
function isTurningPoint(event: RunEvent): boolean {
  return event.kind === 'sealed' || (event.kind === 'status' && event.status === 'starting');
}

function isOutside({ from, to }: MetricsQuestion, step: number): boolean {
  return (from !== null && step < from) || (to !== null && step > to);
}

/** A copy that may be changed. */
function draftOf(series: readonly SeriesRange[], key: string): Columns {
  const { step, time, min, max, mean, last, count } = series.find((one) => one.key === key) ?? NO_COLUMNS;
  return {
    step: [...step],
    time: [...time],
    min: [...min],
    max: [...max],
    mean: [...mean],
    last: [...last],
    count: [...count],
  };
}

/** Drops rows from `step` on. False when a dropped row summed up points before `step` too. */
function rewindTo(draft: Columns, step: number): boolean {
  let isExact = true;
  while ((draft.step.at(-1) ?? -1) >= step) {
    if ((draft.count.at(-1) ?? 1) > 1) isExact = false;
    for (const column of Object.values(draft)) column.pop();
  }
  return isExact;
}

function appendPoint(draft: Columns, point: { step: number; time: number; value: number }): void {
  draft.step.push(point.step);
  draft.time.push(point.time);
  for (const column of [draft.min, draft.max, draft.mean, draft.last]) column.push(point.value);
  draft.count.push(1);
}

function mergeDrafts(
  series: readonly SeriesRange[],
  drafts: ReadonlyMap<string, Columns>,
): readonly SeriesRange[] {
  if (drafts.size === 0) return series;
  const known = new Set(series.map(({ key }) => key));
  const changed = series.map((one) => ({ ...one, ...drafts.get(one.key) }));
  const added = [...drafts]
    .filter(([key]) => !known.has(key))
    .map(([key, draft]) => ({ key, level: 0, ...draft }));
  return [...changed, ...added];
}
