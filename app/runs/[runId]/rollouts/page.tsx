import { HydrationBoundary } from '@tanstack/react-query';
import { renderPage, runIdIn } from '@/app/_server/render-page';
import { rolloutSteps } from '@/app/_server/rollout-steps';
import { withQueries } from '@/app/_server/with-queries';
import { RolloutBrowser } from '@/components/trajectories/rollout-browser';
import { rolloutStepsQuery } from '@/lib/api-client/trajectories';

export default async function RolloutsPage({ params }: PageProps<'/runs/[runId]/rollouts'>) {
  const id = await runIdIn(params);
  return renderPage(async ({ trajectoryStore }) => {
    const steps = await rolloutSteps(trajectoryStore, id);
    // Dated long ago, so that the browser asks again at once: what came meanwhile must not be missed.
    const state = withQueries((client) =>
      client.setQueryData(rolloutStepsQuery(id).queryKey, steps, { updatedAt: 1 }),
    );
    return (
      <HydrationBoundary state={state}>
        <RolloutBrowser id={id} />
      </HydrationBoundary>
    );
  });
}
