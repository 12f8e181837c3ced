'use client';

import { useQueryClient } from '@tanstack/react-query';
import { toast } from 'sonner';
import { callAction } from '@/components/ui/call-action';
import type { RunId } from '@/lib/domain/run';
import type { RunAnnotation } from '@/lib/domain/run-annotation';
import type { RunTableActions } from './table-actions';

const UNDO_MS = 12_000;

/** Writes what was said of runs and shows it. Answers why it was refused; null = done. */
export type Annotate = (ids: readonly RunId[], change: RunAnnotation) => Promise<string | null>;

export function useAnnotate({ annotate }: Pick<RunTableActions, 'annotate'>): Annotate {
  const client = useQueryClient();
  const write: Annotate = async (ids, change) => {
    const outcome = await callAction(annotate, { ids, change });
    // runs are shown in many lists
    await client.invalidateQueries({ queryKey: ['runs'] });
    if (outcome.ok) return null;
    return outcome.error.message;
  };
  return async (ids, change) => {
    const refusal = await write(ids, change);
    const undone = undoOf(ids.length, change);
    if (refusal === null && undone !== null) {
      toast.success(undone.said, {
        duration: UNDO_MS,
        action: { label: 'Undo', onClick: () => void write(ids, undone.change) },
      });
    }
    return refusal;
  };
}

function undoOf(count: number, { isDeleted, isArchived }: RunAnnotation) {
  const runs = count === 1 ? 'The run was' : `${count} runs were`;
  if (isDeleted === true) return { said: `${runs} deleted.`, change: { isDeleted: false } };
  if (isArchived === true) return { said: `${runs} archived.`, change: { isArchived: false } };
  return null;
}
