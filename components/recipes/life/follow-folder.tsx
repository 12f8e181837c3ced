'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useEffect, useRef } from 'react';
import { followRecipes } from '@/lib/api-client/follow-runs';
import { recipeStampQuery } from '@/lib/api-client/live-cache';

/** Reads the page anew when something below the recipes folder changes, whoever did it. */
export function FollowFolder() {
  const client = useQueryClient();
  const router = useRouter();
  const stamp = useQuery(recipeStampQuery).data ?? null;
  const shown = useRef<string | null>(null);
  // Outside system: the stream of changes.
  useEffect(() => followRecipes(client), [client]);
  useEffect(() => {
    // The first stamp is taken as that of the page, which was made a moment ago.
    if (shown.current !== null && stamp !== null && stamp !== shown.current) router.refresh();
    shown.current = stamp ?? shown.current;
  }, [stamp, router]);
  return null;
}
