import { z } from 'zod';
import { formatNumber } from '@/lib/charts/format-value';
import type { RunListItem } from '@/lib/api-client/wire';

/** A cell of a chosen column: a metric, a text of the run, or the JSON of a leaf of its configuration. */
export function cellText(cell: RunListItem['cells'][number]): string {
  if (cell === null) return '—';
  if (typeof cell === 'number') return formatNumber(cell);
  return cell.startsWith('"') ? textOf(cell) : cell;
}

/** Long values are stored cut, and then are no JSON. */
function textOf(json: string): string {
  try {
    return z.string().parse(JSON.parse(json));
  } catch {
    return json;
  }
}
