'use client';

import { useQueries } from '@tanstack/react-query';
import { Card, CardHeader, CardTitle } from '@/components/ui/card';
import { useUrlQuery } from '@/components/ui/use-url-query';
import { metricsQuery } from '@/lib/api-client/metrics';
import { CompareView as View } from '@/lib/api-client/run-urls';
import { runQuery } from '@/lib/api-client/runs';
import type { SeriesRange } from '@/lib/api-client/wire';
import { styleRuns } from '@/lib/charts/series-color';
import { metricInfo } from '@/lib/domain/metric-info';
import { comparisonCaution } from '@/lib/insight/metric-words';
import type { Run, RunId } from '@/lib/domain/run';
import { REWARD_KEYS } from '@/lib/insight/overview-panels';
import { type ComparedRun, HELD_OUT_KEYS, heldOutKey } from './compared-run';
import { ConfigDifferences } from './config-differences';
import { MetricPicker } from './metric-picker';
import { OverlayChart } from './overlay-chart';
import { RunPicker } from './run-picker';
import { SmoothingPicker } from './smoothing-picker';
import { SummaryTable } from './summary-table';

/** Raw points of runs up to twice as many steps: means over nine steps need them. */
const WIDTH = 2000;

/** Runs side by side: one metric overlaid, where each started and ended, and what was configured differently. */
export function CompareView(props: {
  ids: readonly RunId[];
  configs: readonly unknown[];
  missing: readonly number[];
}) {
  const { ids } = props;
  const [view, setView] = useUrlQuery(View);
  const keys = [...new Set([...(view.metric === '' ? REWARD_KEYS : [view.metric]), ...HELD_OUT_KEYS])];
  const runs = useQueries({ queries: ids.map((id) => runQuery(id)) });
  const ranges = useQueries({
    queries: ids.map((id) => metricsQuery(id, { keys, from: null, to: null, width: WIDTH })),
  });
  const known = runs.flatMap(({ data }) => (data === undefined ? [] : [data]));
  const styles = styleRuns(known);
  const heldOut = heldOutKey(ranges.map(({ data }) => data?.series ?? []));
  const compared = known.map((run) => {
    const series = ranges[ids.indexOf(run.id)]?.data?.series ?? [];
    return comparedRun(run, { series, metric: view.metric, heldOut, style: styles.get(run.id) });
  });
  const info =
    view.metric === '' ? { ...metricInfo('rollout/reward_mean'), title: 'Reward' } : metricInfo(view.metric);
  const caution = comparisonCaution(
    info,
    known.map(({ backend }) => backend),
  );
  return (
    <div className="flex flex-col gap-3 p-4">
      <div className="flex flex-wrap items-center gap-2">
        <h1 className="mr-2 text-xl font-semibold">
          Compare {ids.length} {ids.length === 1 ? 'run' : 'runs'}
        </h1>
        <RunPicker chosen={ids} view={view} />
        <MetricPicker id={ids[0] ?? null} metric={view.metric} onChange={(metric) => setView({ metric })} />
        <SmoothingPicker smooth={view.smooth} onChange={(smooth) => setView({ smooth })} />
      </div>
      {props.missing.length === 0 ? null : (
        <p className="text-warning">
          There is no run {props.missing.join(', ')}; {props.missing.length === 1 ? 'it was' : 'they were'}{' '}
          left out.
        </p>
      )}
      <div className="grid grid-cols-1 items-start gap-3 xl:grid-cols-[minmax(0,1fr)_37rem]">
        <div className="flex min-w-0 flex-col gap-3">
          <Card>
            <OverlayChart runs={compared} info={info} view={view} onChange={setView} />
            {caution === null ? null : <p className="px-3 pb-3 text-warning">{caution}</p>}
          </Card>
          <ConfigDifferences runs={compared} configs={props.configs} />
        </div>
        <Card className="min-w-0">
          <CardHeader className="pb-1">
            <CardTitle>{info.title}, means of nine steps</CardTitle>
          </CardHeader>
          <SummaryTable runs={compared} heldOut={metricInfo(heldOut).title} unit={info.unit} view={view} />
        </Card>
      </div>
    </div>
  );
}

function comparedRun(
  run: Run,
  from: {
    series: readonly SeriesRange[];
    metric: string;
    heldOut: string;
    style: ComparedRun['style'] | undefined;
  },
): ComparedRun {
  const find = (keys: readonly string[]): SeriesRange | null =>
    keys
      .map((key) => from.series.find((series) => series.key === key && series.step.length > 0))
      .find((series) => series !== undefined) ?? null;
  return {
    run,
    style: from.style ?? { color: 'common', dash: null },
    metric: find(from.metric === '' ? REWARD_KEYS : [from.metric]),
    heldOut: find([from.heldOut]),
  };
}
