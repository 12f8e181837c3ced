import { HydrationBoundary } from '@tanstack/react-query';
import { renderPage, runIdIn } from '@/app/_server/render-page';
import { withQueries } from '@/app/_server/with-queries';
import { LiveRuns } from '@/components/runs/live-runs';
import { RunHeader } from '@/components/runs/run-header';
import { RunNotice } from '@/components/runs/run-notice';
import { runQuery } from '@/lib/api-client/runs';
import { pauseRun, resumeRun, stopRun } from '../_actions';

const ACTIONS = { stop: stopRun, pause: pauseRun, resume: resumeRun };

export async function generateMetadata({ params }: LayoutProps<'/runs/[runId]'>) {
  return { title: `Run ${(await params).runId}` };
}

export default async function RunLayout({ params, children }: LayoutProps<'/runs/[runId]'>) {
  const id = await runIdIn(params);
  return renderPage(async ({ runStore }) => {
    // First, so that nothing falls between what is read here and what the stream brings.
    const after = await runStore.lastSeq();
    const run = await runStore.get(id);
    return (
      <HydrationBoundary state={withQueries((client) => client.setQueryData(runQuery(id).queryKey, run))}>
        <LiveRuns runs={[id]} after={after} />
        <RunHeader id={id} actions={ACTIONS} />
        <RunNotice id={id} />
        {children}
      </HydrationBoundary>
    );
  });
}
