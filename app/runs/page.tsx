import { HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import { renderPage } from '@/app/_server/render-page';
import { listRuns } from '@/app/_server/run-list';
import { withQueries } from '@/app/_server/with-queries';
import { RunsTable } from '@/components/runs/runs-table';
import { RunsView } from '@/lib/api-client/run-urls';
import { runsQuery } from '@/lib/api-client/runs';

export const metadata: Metadata = { title: 'Runs' };

export default async function RunsPage({ searchParams }: PageProps<'/runs'>) {
  const { q: search, status } = RunsView.catch({ q: '', status: [] }).parse(await searchParams);
  return renderPage(async (stores) => {
    const list = await listRuns(stores, { search, status });
    const state = withQueries((client) => client.setQueryData(runsQuery({ search, status }).queryKey, list));
    return (
      <HydrationBoundary state={state}>
        <RunsTable />
      </HydrationBoundary>
    );
  });
}
