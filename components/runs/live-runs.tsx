'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { followRuns } from '@/lib/api-client/follow-runs';
import { RunIdList } from '@/lib/api-client/run-urls';
import type { RunId } from '@/lib/domain/run';

/** Keeps what the page shows of `runs` current while it is open. */
export function LiveRuns({ runs, after }: { runs: readonly RunId[]; after: number }) {
  const client = useQueryClient();
  const ids = runs.join(',');
  // The stream of events, one for all tabs.
  useEffect(() => followRuns(client, RunIdList.parse(ids), after), [client, ids, after]);
  return null;
}
