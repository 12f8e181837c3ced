import type { SeriesColor } from '@/lib/charts/series-color';
import type { Panel } from './overview-panels';

/** The series of a panel that a run has, each with the key it goes by. */
export function seriesOfPanel(
  panel: Panel,
  has: (key: string) => boolean,
): readonly { readonly name: string; readonly color: SeriesColor; readonly key: string }[] {
  return panel.series.flatMap(({ name, color, keys }) => {
    const key = keys.find(has);
    return key === undefined ? [] : [{ name, color, key }];
  });
}
