import { HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import { renderPage } from '@/app/_server/render-page';
import { listRuns } from '@/app/_server/run-list';
import { withQueries } from '@/app/_server/with-queries';
import { RunsTable } from '@/components/runs/table/runs-table';
import { RUNS_PER_PAGE, RunsView } from '@/lib/api-client/run-urls';
import { runPagesQuery } from '@/lib/api-client/runs';
import { annotateRuns, removeView, saveView, stopRun } from './_actions';

export const metadata: Metadata = { title: 'Runs' };

const ACTIONS = { annotate: annotateRuns, stop: stopRun, saveView, removeView };

export default async function RunsPage({ searchParams }: PageProps<'/runs'>) {
  const { q, status, sort, columns } = RunsView.catch(RunsView.parse({})).parse(await searchParams);
  const filter = { q, status, sort, columns };
  return renderPage(async (stores) => {
    const list = await listRuns(stores, { ...filter, offset: 0, limit: RUNS_PER_PAGE });
    const state = withQueries((client) =>
      client.setQueryData(runPagesQuery(filter).queryKey, { pages: [list], pageParams: [0] }),
    );
    return (
      <HydrationBoundary state={state}>
        <RunsTable actions={ACTIONS} />
      </HydrationBoundary>
    );
  });
}
