'use client';

import { useQuery } from '@tanstack/react-query';
import { connectionQuery } from '@/lib/api-client/live-cache';

/** Says when the page stopped being live. Silent while all is well. */
export function ConnectionNotice() {
  const { data } = useQuery(connectionQuery);
  if (data !== 'retrying') return null;
  return (
    <p role="status" className="border-t bg-warning/5 px-4 py-1.5 text-sm text-warning">
      Galley does not answer; what you see is what was known before. Trying again. Runs go on without it.
    </p>
  );
}
