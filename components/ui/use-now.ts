'use client';

import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | null = null;

/** The time in milliseconds, told anew every second while somebody looks; null until the page runs in a browser. */
export function useNow(): number | null {
  return useSyncExternalStore(everySecond, wholeSecond, () => null);
}

/** Any time of today, for dates that leave today's out; does not tick. Null until the page runs in a browser. */
export function useToday(): number | null {
  return useSyncExternalStore(never, midnight, () => null);
}

/** One timer for all who look. */
function everySecond(onChange: () => void): () => void {
  listeners.add(onChange);
  timer ??= setInterval(() => {
    for (const listener of listeners) listener();
  }, 1000);
  return () => {
    listeners.delete(onChange);
    if (listeners.size > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  };
}

function never(): () => void {
  return () => undefined;
}

/** Whole seconds, since a snapshot must not differ between two looks in one render. */
function wholeSecond(): number {
  return Math.floor(Date.now() / 1000) * 1000;
}

function midnight(): number {
  return new Date().setHours(0, 0, 0, 0);
}
