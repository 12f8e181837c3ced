'use client';

import { useQueries } from '@tanstack/react-query';
import { metricsQuery } from '@/lib/api-client/metrics';
import type { CompareView } from '@/lib/api-client/run-urls';
import { runQuery } from '@/lib/api-client/runs';
import type { SeriesRange } from '@/lib/api-client/wire';
import { styleRuns } from '@/lib/charts/series-color';
import type { RunId } from '@/lib/domain/run';
import { REWARD_KEYS } from '@/lib/insight/overview-panels';
import { type ComparedRun, HELD_OUT_KEYS, heldOutKey } from './compared-run';
import { SMALL_METRICS, TOKENS_KEY } from './overlay-metrics';

/** Raw points of runs up to twice as many steps: means over nine steps need them. */
const WIDTH = 2000;

/** What the page knows of the chosen runs so far, in their order, and the key of the held-out column. */
export function useComparedRuns(
  ids: readonly RunId[],
  configs: readonly unknown[],
  view: CompareView,
): { readonly compared: readonly ComparedRun[]; readonly heldOut: string } {
  const metricKeys = view.metric === '' ? REWARD_KEYS : [view.metric];
  const small = SMALL_METRICS.flatMap(({ keys: names }) => names);
  const keys = [...new Set([...metricKeys, ...HELD_OUT_KEYS, TOKENS_KEY, ...small])];
  const runs = useQueries({ queries: ids.map((id) => runQuery(id)) });
  const ranges = useQueries({
    queries: ids.map((id) => metricsQuery(id, { keys, from: null, to: null, width: WIDTH })),
  });
  const known = runs.flatMap(({ data }) => (data === undefined ? [] : [data]));
  const styles = styleRuns(known);
  const heldOut = heldOutKey(ranges.map(({ data }) => data?.series ?? []));
  const compared = known.map((run): ComparedRun => {
    const place = ids.indexOf(run.id);
    const series = (wanted: readonly string[]) => findSeries(ranges[place]?.data?.series ?? [], wanted);
    return {
      run,
      config: configs[place],
      style: styles.get(run.id) ?? { color: 'common', dash: null },
      series,
      metric: series(metricKeys),
      heldOut: series([heldOut]),
    };
  });
  return { compared, heldOut };
}

function findSeries(all: readonly SeriesRange[], keys: readonly string[]): SeriesRange | null {
  const found = keys.map((key) => all.find((series) => series.key === key && series.step.length > 0));
  return found.find((series) => series !== undefined) ?? null;
}
