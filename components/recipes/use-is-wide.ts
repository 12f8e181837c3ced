'use client';

import { useSyncExternalStore } from 'react';

/** Below this, three panes side by side are too narrow to read. */
const WIDE = '(min-width: 900px)';

/** Whether panes stand side by side; the server assumes that they do. */
export function useIsWide(): boolean {
  return useSyncExternalStore(
    (onChange) => {
      const query = window.matchMedia(WIDE);
      query.addEventListener('change', onChange);
      return () => query.removeEventListener('change', onChange);
    },
    () => window.matchMedia(WIDE).matches,
    () => true,
  );
}
