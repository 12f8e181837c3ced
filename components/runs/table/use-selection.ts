'use client';

import { useRef, useState } from 'react';
import type { RunListItem } from '@/lib/api-client/wire';
import type { Run, RunId } from '@/lib/domain/run';

export type Selection = {
  /** In the order in which they were chosen, as far as they are loaded. */
  readonly runs: readonly Run[];
  readonly has: (id: RunId) => boolean;
  /** With `isRange`, all from the last one chosen to this. */
  readonly toggle: (id: RunId, isRange: boolean) => void;
  readonly selectAll: () => void;
  readonly clear: () => void;
};

export function useSelection(items: readonly RunListItem[]): Selection {
  const [ids, setIds] = useState<readonly RunId[]>([]);
  const last = useRef<RunId | null>(null);
  const loaded = new Map(items.map(({ run }) => [run.id, run]));
  return {
    runs: ids.flatMap((id) => loaded.get(id) ?? []),
    has: (id) => ids.includes(id),
    toggle: (id, isRange) => {
      const between = isRange && last.current !== null ? rangeOf(items, last.current, id) : [id];
      last.current = id;
      setIds(
        ids.includes(id)
          ? ids.filter((one) => !between.includes(one))
          : [...ids, ...between.filter((one) => !ids.includes(one))],
      );
    },
    selectAll: () => setIds(items.map(({ run }) => run.id)),
    clear: () => setIds([]),
  };
}

function rangeOf(items: readonly RunListItem[], one: RunId, other: RunId): readonly RunId[] {
  const places = [one, other].map((id) => items.findIndex(({ run }) => run.id === id));
  if (places.includes(-1)) return [other];
  return items.slice(Math.min(...places), Math.max(...places) + 1).map(({ run }) => run.id);
}
