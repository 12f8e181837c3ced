'use client';

import Link from 'next/link';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { RunPicker } from './run-picker';

/** The page before anything is compared. */
export function ChooseRuns({ missing }: { missing: readonly number[] }) {
  return (
    <EmptyState
      title="Choose runs to compare"
      actions={
        <>
          <RunPicker chosen={[]} view={{}} />
          <Button asChild>
            <Link href="/runs">Tick them in the list of runs</Link>
          </Button>
        </>
      }
    >
      {missing.length === 0 ? null : <>There is no run {missing.join(', ')}. </>}
      Their curves are drawn over each other, with what they started at, ended at, and what was configured
      differently.
    </EmptyState>
  );
}
