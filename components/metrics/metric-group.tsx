'use client';

import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import type { StepRange } from '@/components/charts/use-chart-gestures';
import { useIsNear } from '@/components/ui/use-is-near';
import { metricsQuery } from '@/lib/api-client/metrics';
import type { ChartView } from '@/lib/api-client/run-urls';
import type { SeriesColor } from '@/lib/charts/series-color';
import { NO_COLUMNS } from '@/lib/charts/series-columns';
import type { MetricInfo } from '@/lib/domain/metric';
import type { RunId } from '@/lib/domain/run';
import { describeMetric } from '@/lib/insight/metric-words';
import { PanelCard } from './panel-card';

const WIDTH = 300;

/** One family of metrics, a chart per key; read when it comes near the screen. */
export function MetricGroup(props: {
  id: RunId;
  title: string;
  color: SeriesColor;
  metrics: readonly MetricInfo[];
  view: ChartView;
  onZoom: (range: StepRange | null) => void;
  onPick: (step: number) => void;
}) {
  const sectionRef = useRef<HTMLElement>(null);
  const isNear = useIsNear(sectionRef);
  const { view } = props;
  const keys = props.metrics.map(({ name }) => name).toSorted();
  const { data } = useQuery({
    ...metricsQuery(props.id, { keys, from: view.from, to: view.to, width: WIDTH }),
    enabled: isNear,
  });
  return (
    <section ref={sectionRef} aria-label={props.title}>
      <h2 className="mb-1.5 font-semibold">
        {props.title} <span className="font-normal text-muted">{props.metrics.length}</span>
      </h2>
      <div className="grid grid-cols-1 gap-2.5 sm:grid-cols-2 lg:grid-cols-3 xl:grid-cols-4">
        {props.metrics.map((info) => (
          <PanelCard
            key={info.name}
            panel={{ title: info.title, unit: info.unit, draw: 'lines', hint: describeMetric(info) }}
            lines={[
              {
                name: 'now',
                color: props.color,
                columns: data?.series.find(({ key }) => key === info.name) ?? NO_COLUMNS,
              },
            ]}
            view={view}
            onZoom={props.onZoom}
            onPick={props.onPick}
            height={120}
          />
        ))}
      </div>
    </section>
  );
}
