import { formatNumber } from '@/lib/charts/format-value';
import type { RunListItem } from '@/lib/api-client/wire';

/** A cell of a chosen column: a metric, a text of the run, or the JSON of a leaf of its configuration. */
export function cellText(cell: RunListItem['cells'][number]): string {
  if (cell === null) return '—';
  if (typeof cell === 'number') return formatNumber(cell);
  const text = /^"(.*)"$/s.exec(cell)?.[1];
  return text === undefined ? cell : text.replaceAll(String.raw`\"`, '"');
}
