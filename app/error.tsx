'use client';

import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';

export default function PageError({ error, retry }: { error: unknown; retry: () => void }) {
  const message = error instanceof Error ? error.message : 'Something went wrong while this page was made.';
  return (
    <EmptyState
      title="This page could not be shown"
      tone="error"
      actions={<Button onClick={retry}>Try again</Button>}
    >
      {message} If it stays, the terminal that runs Galley has the whole story.
    </EmptyState>
  );
}
