'use client';

import { useEffect, useState } from 'react';
import { z } from 'zod';
import type { RunId } from '@/lib/domain/run';

/** The newest are kept; a browser allows some megabytes in all. */
const MOST = 20_000;
const Ids = z.array(z.number());

/** Rollouts of a run that were opened in this browser; the one that is open counts once another one is. */
export function useSeenRollouts(run: RunId, open: number | null): ReadonlySet<number> {
  const [seen, setSeen] = useState<ReadonlySet<number>>(() => readSeen(run));
  useEffect(() => {
    if (open === null) return;
    return () => {
      const all = [...readSeen(run)].filter((id) => id !== open).slice(1 - MOST);
      const next = [...all, open];
      writeSeen(run, next);
      setSeen(new Set(next));
    };
  }, [run, open]);
  return seen;
}

function nameOf(run: RunId): string {
  return `galley:seen-rollouts:${run}`;
}

function readSeen(run: RunId): ReadonlySet<number> {
  if (typeof window === 'undefined') return new Set();
  try {
    return new Set(Ids.parse(JSON.parse(window.localStorage.getItem(nameOf(run)) ?? '[]')));
  } catch {
    // written by something else, or no storage is allowed
    return new Set();
  }
}

function writeSeen(run: RunId, ids: readonly number[]): void {
  try {
    window.localStorage.setItem(nameOf(run), JSON.stringify(ids));
  } catch {
    // a full or forbidden storage: they are unseen again after a reload
  }
}
