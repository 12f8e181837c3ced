'use client';

import { useEffect, useRef } from 'react';
import type { ResolvedRow } from './resolved-rows';

/** Outside system: the address. A link that names a key shows it, once, when the configuration is there. */
export function useLinkedKey(
  key: string | undefined,
  rows: readonly ResolvedRow[],
  showKey: (path: string) => void,
): void {
  const waiting = useRef(key ?? null);
  useEffect(() => {
    if (waiting.current === null || rows.length === 0) return;
    showKey(waiting.current);
    waiting.current = null;
  }, [rows, showKey]);
}
