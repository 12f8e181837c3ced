import { runIdIn } from '@/app/_server/render-page';
import { RunLogs } from '@/components/runs/run-logs';

export default async function LogsPage({ params }: PageProps<'/runs/[runId]/logs'>) {
  return <RunLogs id={await runIdIn(params)} />;
}
