import { runIdIn } from '@/app/_server/render-page';
import { Overview } from '@/components/metrics/overview';

export default async function OverviewPage({ params }: PageProps<'/runs/[runId]'>) {
  return <Overview id={await runIdIn(params)} />;
}
