import { runIdIn } from '@/app/_server/render-page';
import { AllMetrics } from '@/components/metrics/all-metrics';

export default async function MetricsPage({ params }: PageProps<'/runs/[runId]/metrics'>) {
  return <AllMetrics id={await runIdIn(params)} />;
}
