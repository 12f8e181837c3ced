'use client';

import { useQuery } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { EmptyState } from '@/components/ui/empty-state';
import { useUrlQuery } from '@/components/ui/use-url-query';
import { metricsQuery } from '@/lib/api-client/metrics';
import { ChartView, rolloutsHref } from '@/lib/api-client/run-urls';
import { runQuery } from '@/lib/api-client/runs';
import type { RunId } from '@/lib/domain/run';
import { OVERVIEW_KEYS, OVERVIEW_PANELS, OVERVIEW_WIDTH } from '@/lib/insight/overview-panels';
import { phaseSentence, statusWords } from '@/lib/insight/run-words';
import { seriesOfPanel } from '@/lib/insight/series-of-panel';
import type { StageSpan } from '@/lib/recipes/stages';
import { ChartControls } from './chart-controls';
import { ChartGridSkeleton } from './chart-grid-skeleton';
import { PanelCard } from './panel-card';
import { WarmStart } from './warm-start';

/** The charts by which a run is judged, in fixed order, growing as it learns. */
export function Overview({ id, stages }: { id: RunId; stages: readonly StageSpan[] }) {
  const [view, setView] = useUrlQuery(ChartView);
  const router = useRouter();
  const question = { keys: OVERVIEW_KEYS, from: view.from, to: view.to, width: OVERVIEW_WIDTH };
  const { data, error } = useQuery(metricsQuery(id, question));
  if (data === undefined) {
    return error === null ? (
      <ChartGridSkeleton />
    ) : (
      <EmptyState title="The metrics cannot be shown" tone="error">
        {error.message}
      </EmptyState>
    );
  }
  const byKey = new Map(data.series.map((series) => [series.key, series]));
  const panels = OVERVIEW_PANELS.flatMap((panel) => {
    const series = seriesOfPanel(panel, (key) => (byKey.get(key)?.step.length ?? 0) > 0);
    return series.length === 0 ? [] : [{ panel, series }];
  });
  return (
    <div className="flex flex-col gap-3 p-4">
      {panels.length === 0 ? (
        <NothingYet
          id={id}
          isZoomed={view.from !== null || view.to !== null}
          onReset={() => setView({ from: null, to: null })}
        />
      ) : (
        <>
          <ChartControls id={id} view={view} onChange={setView} />
          <div className="grid grid-cols-1 gap-2.5 sm:grid-cols-2 lg:grid-cols-3 xl:grid-cols-4">
            {panels.map(({ panel, series }) => (
              <PanelCard
                key={panel.id}
                panel={panel}
                lines={series.flatMap(({ name, color, key }) => {
                  const columns = byKey.get(key);
                  return columns === undefined ? [] : [{ name, color, columns }];
                })}
                view={view}
                stages={stages}
                onZoom={(range) => setView({ from: range?.from ?? null, to: range?.to ?? null })}
                onPick={(step) =>
                  router.push(rolloutsHref(id, step, panel.id === 'held-out' ? 'validation' : 'train'))
                }
              />
            ))}
          </div>
        </>
      )}
      <WarmStart id={id} />
    </div>
  );
}

function NothingYet(props: { id: RunId; isZoomed: boolean; onReset: () => void }) {
  const { data: run } = useQuery(runQuery(props.id));
  if (props.isZoomed) {
    return (
      <EmptyState
        title="No step in this range"
        actions={
          <button type="button" className="text-accent underline" onClick={props.onReset}>
            Show all steps
          </button>
        }
      />
    );
  }
  return (
    <EmptyState title="No step yet">
      {run === undefined || run.phase === null
        ? `The run is ${run === undefined ? 'unknown' : statusWords(run.status).word.toLowerCase()}.`
        : phaseSentence(run.phase)}{' '}
      The curves begin with the first completed step.
    </EmptyState>
  );
}
