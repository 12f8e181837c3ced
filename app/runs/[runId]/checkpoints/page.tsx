import { runIdIn } from '@/app/_server/render-page';
import { RunHistoryView } from '@/components/runs/run-history-view';

export default async function CheckpointsPage({ params }: PageProps<'/runs/[runId]/checkpoints'>) {
  return <RunHistoryView id={await runIdIn(params)} />;
}
