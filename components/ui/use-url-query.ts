'use client';

import { useSearchParams } from 'next/navigation';
import type { z } from 'zod';

type Change = Readonly<Record<string, string | number | null>>;

/**
 * What the address says, parsed, and a way to change it in place: without a request, without a history entry, without
 * moving the page. `null` takes a parameter out.
 */
export function useUrlQuery<T>(schema: z.ZodType<T>): readonly [T, (change: Change) => void] {
  const params = useSearchParams();
  return [schema.parse(Object.fromEntries(params)), replaceInUrl];
}

/** What the address says now, in answer to an event: what was drawn may be some changes behind it. */
export function currentUrlQuery<T>(schema: z.ZodType<T>): T {
  return schema.parse(Object.fromEntries(new URLSearchParams(window.location.search)));
}

function replaceInUrl(change: Change): void {
  const url = new URL(window.location.href);
  for (const [name, value] of Object.entries(change)) {
    if (value === null || value === '') url.searchParams.delete(name);
    else url.searchParams.set(name, String(value));
  }
  window.history.replaceState(null, '', url.pathname + url.search.replaceAll('%2C', ',') + url.hash);
}
