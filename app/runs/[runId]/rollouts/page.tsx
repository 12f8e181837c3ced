import { runIdIn } from '@/app/_server/render-page';
import { RolloutBrowser } from '@/components/trajectories/rollout-browser';

export default async function RolloutsPage({ params }: PageProps<'/runs/[runId]/rollouts'>) {
  return <RolloutBrowser id={await runIdIn(params)} />;
}
