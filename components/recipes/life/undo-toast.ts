import { toast } from 'sonner';
import { callAction } from '@/components/ui/call-action';
import type { Deletion, LifeActions } from './life-actions';

const SHOWN_MS = 12_000;

/** Says what was deleted, with the way back. */
export function undoToast(deletion: Deletion, restore: LifeActions['restore'], onDone: () => void): void {
  toast.success(`${deletion.path} was deleted.`, {
    duration: SHOWN_MS,
    action: {
      label: 'Undo',
      onClick: () => {
        void callAction(restore, { id: deletion.id }).then((outcome) => {
          if (outcome.ok) toast.success(`${deletion.path} is back.`);
          else toast.error(outcome.error.message);
          onDone();
        });
      },
    },
  });
}
