'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { StepRange } from '@/components/charts/use-chart-gestures';
import { metricsQuery } from '@/lib/api-client/metrics';
import { ChartView } from '@/lib/api-client/run-urls';
import { runQuery } from '@/lib/api-client/runs';
import type { RunId } from '@/lib/domain/run';
import { metricInfo } from '@/lib/domain/metric-info';
import { PanelCard } from './panel-card';

const KEYS = ['warm_start/loss', 'warm_start/exact'] as const;
/** Updates are many and smooth by themselves. */
const PLAIN = ChartView.parse({ smooth: '0' });
const QUESTION = { keys: KEYS, from: null, to: null, width: 300 } as const;

/** The supervised phase before the first GRPO step: shown apart, since its updates are not steps of the run. */
export function WarmStart({ id }: { id: RunId }) {
  const { data: isUnderWay } = useQuery({ ...runQuery(id), select: ({ phase }) => phase === 'warm_start' });
  const { data } = useQuery(metricsQuery(id, QUESTION));
  const [range, setRange] = useState<StepRange | null>(null);
  const series = (data?.series ?? []).filter(({ step }) => step.length > 0);
  if (series.length === 0) return null;
  const updates = Math.max(...series.map(({ step }) => step.at(-1) ?? 0)) + 1;
  const exact = series.find(({ key }) => key === 'warm_start/exact')?.last.at(-1);
  return (
    <section
      aria-labelledby="warm-start"
      className="rounded-card border border-dashed border-line-strong p-3"
    >
      <h2 id="warm-start" className="font-semibold">
        Warm start{isUnderWay === true ? ', under way' : ''}
      </h2>
      <p className="mb-2.5 text-sm text-muted">
        Supervised updates that teach the model the form of an answer, before reinforcement. They count as
        neither steps nor seconds. {updates} {updates === 1 ? 'update' : 'updates'}
        {isUnderWay === true ? ' so far' : ''}
        {exact === undefined ? '' : `; ${(exact * 100).toFixed(1)} % of sampled answers are exact`}.
      </p>
      <div className="grid grid-cols-1 gap-2.5 sm:grid-cols-2 xl:grid-cols-4">
        {series.map((columns) => {
          const { title, unit, meaning } = metricInfo(columns.key);
          return (
            <PanelCard
              key={columns.key}
              panel={{ title: `${title}, by update`, unit, draw: 'lines', hint: meaning, floor: 0 }}
              lines={[{ name: columns.key.replace('warm_start/', ''), color: 'environment', columns }]}
              view={{ ...PLAIN, from: range?.from ?? null, to: range?.to ?? null }}
              onZoom={setRange}
              syncId="warm-start"
              height={110}
            />
          );
        })}
      </div>
    </section>
  );
}
