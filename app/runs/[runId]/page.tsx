import { HydrationBoundary } from '@tanstack/react-query';
import { renderPage, runIdIn } from '@/app/_server/render-page';
import { withQueries } from '@/app/_server/with-queries';
import { Overview } from '@/components/metrics/overview';
import { CertificateCard } from '@/components/runs/rehearsal/certificate-card';
import { HealthRow } from '@/components/runs/health/health-row';
import { metricsQuery } from '@/lib/api-client/metrics';
import { ChartView } from '@/lib/api-client/run-urls';
import { OVERVIEW_KEYS, OVERVIEW_WIDTH } from '@/lib/insight/overview-panels';
import { stageSpans } from '@/lib/recipes/stages';
import { muteAdvisory } from '../_actions';

export default async function OverviewPage({ params, searchParams }: PageProps<'/runs/[runId]'>) {
  const id = await runIdIn(params);
  const { from, to } = ChartView.parse(await searchParams);
  return renderPage(async ({ metricStore, runStore }) => {
    const question = { keys: OVERVIEW_KEYS, from, to, width: OVERVIEW_WIDTH };
    const range = { ...(from === null ? {} : { from }), ...(to === null ? {} : { to }) };
    const ranges = await metricStore.ranges({
      runId: id,
      keys: OVERVIEW_KEYS,
      width: OVERVIEW_WIDTH,
      ...range,
    });
    const stages = stageSpans((await runStore.snapshot(id)).resolved);
    // Dated long ago, so that the browser asks again at once: what came meanwhile must not be missed.
    const state = withQueries((client) =>
      client.setQueryData(
        metricsQuery(id, question).queryKey,
        { question, ...ranges, isStale: false },
        { updatedAt: 1 },
      ),
    );
    return (
      <HydrationBoundary state={state}>
        <CertificateCard id={id} />
        <HealthRow id={id} mute={muteAdvisory} />
        <Overview id={id} stages={stages} />
      </HydrationBoundary>
    );
  });
}
