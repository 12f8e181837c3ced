import { HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import { renderPage } from '@/app/_server/render-page';
import { readComparedRuns } from '@/app/_server/compared-runs';
import { withQueries } from '@/app/_server/with-queries';
import { ChooseRuns } from '@/components/compare/choose-runs';
import { CompareView } from '@/components/compare/compare-view';
import { LiveRuns } from '@/components/runs/live-runs';
import { CompareView as View } from '@/lib/api-client/run-urls';
import { runQuery } from '@/lib/api-client/runs';

export const metadata: Metadata = { title: 'Compare' };

export default async function ComparePage({ searchParams }: PageProps<'/compare'>) {
  const { runs: wanted } = View.pick({ runs: true }).parse(await searchParams);
  return renderPage(async ({ runStore }) => {
    const { after, runs, configs, missing } = await readComparedRuns(runStore, wanted);
    if (runs.length === 0) return <ChooseRuns missing={missing} />;
    const ids = runs.map(({ id }) => id);
    const state = withQueries((client) => {
      for (const run of runs) client.setQueryData(runQuery(run.id).queryKey, run);
    });
    return (
      <HydrationBoundary state={state}>
        <LiveRuns runs={ids} after={after} />
        <CompareView ids={ids} configs={configs} missing={missing} />
      </HydrationBoundary>
    );
  });
}
