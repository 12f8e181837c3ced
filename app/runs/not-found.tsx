import Link from 'next/link';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';

export default function RunNotFound() {
  return (
    <EmptyState
      title="There is no such run"
      actions={
        <Button asChild>
          <Link href="/runs">See the runs that there are</Link>
        </Button>
      }
    >
      The link may come from another data folder: runs are numbered per folder.
    </EmptyState>
  );
}
