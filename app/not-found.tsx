import Link from 'next/link';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';

export default function NotFound() {
  return (
    <EmptyState
      title="There is nothing at this address"
      actions={
        <Button asChild>
          <Link href="/recipes">See the recipes</Link>
        </Button>
      }
    >
      A recipe or a run may have been renamed or removed.
    </EmptyState>
  );
}
