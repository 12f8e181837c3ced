import { Skeleton } from '@/components/ui/skeleton';

export function ChartGridSkeleton() {
  return (
    <div
      role="status"
      aria-label="Loading the metrics"
      className="grid grid-cols-1 gap-2.5 p-4 sm:grid-cols-2 lg:grid-cols-3 xl:grid-cols-4"
    >
      {Array.from({ length: 8 }, (_, index) => (
        <Skeleton key={index} className="h-49 rounded-card" />
      ))}
    </div>
  );
}
