'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { followRecipes } from '@/lib/api-client/follow-runs';
import { recipeStampQuery } from '@/lib/api-client/live-cache';

/** Reads the page anew when something below the recipes folder changes, whoever did it. `stamp` = what the page shows. */
export function FollowFolder({ stamp: made }: { readonly stamp: string }) {
  const client = useQueryClient();
  const router = useRouter();
  const stamp = useQuery(recipeStampQuery).data ?? null;
  // Outside system: the stream of changes.
  useEffect(() => followRecipes(client), [client]);
  useEffect(() => {
    if (stamp !== null && stamp !== made) router.refresh();
  }, [stamp, made, router]);
  return null;
}
