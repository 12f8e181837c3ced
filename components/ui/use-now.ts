'use client';

import { useSyncExternalStore } from 'react';

/** The time in milliseconds, told anew every second while somebody looks; null until the page runs in a browser. */
export function useNow(): number | null {
  return useSyncExternalStore(everySecond, wholeSecond, () => null);
}

function everySecond(onChange: () => void): () => void {
  const timer = setInterval(onChange, 1000);
  return () => clearInterval(timer);
}

/** Whole seconds, since a snapshot must not differ between two looks in one render. */
function wholeSecond(): number {
  return Math.floor(Date.now() / 1000) * 1000;
}
