'use client';

import { useQuery } from '@tanstack/react-query';
import { toast } from 'sonner';
import { Button } from '@/components/ui/button';
import { callAction } from '@/components/ui/call-action';
import { Dialog, DialogContent, DialogDescription, DialogTitle } from '@/components/ui/dialog';
import { deletedQuery } from '@/lib/api-client/recipe-history';
import type { LifeActions } from './life-actions';

/** What was deleted lately, each with the way back. `within` = a recipe; null = all. */
export function DeletedDialog(props: {
  within: string | null;
  restore: LifeActions['restore'];
  onClose: () => void;
  onRestored: () => void;
}) {
  const { data, isPending, refetch } = useQuery(deletedQuery());
  const shown = (data ?? []).filter(
    ({ path }) => props.within === null || path.startsWith(`${props.within}/`),
  );
  async function restore(id: string, path: string): Promise<void> {
    const outcome = await callAction(props.restore, { id });
    if (outcome.ok) toast.success(`${path} is back.`);
    else toast.error(outcome.error.message);
    await refetch();
    props.onRestored();
  }
  return (
    <Dialog open onOpenChange={props.onClose}>
      <DialogContent>
        <DialogTitle className="pr-8">Deleted lately</DialogTitle>
        <DialogDescription className="mt-1">
          Kept for 30 days, outside the recipes folder. A place that is taken again is never overwritten.
        </DialogDescription>
        <ul className="mt-3 max-h-[50vh] overflow-auto" aria-label="Deleted lately">
          {shown.map(({ id, path, deletedAt }) => (
            <li key={id} className="flex items-center gap-3 border-t py-1.5">
              <span className="min-w-0 flex-1 truncate font-mono text-sm">{path}</span>
              <time dateTime={deletedAt} className="text-sm text-muted">
                {deletedAt.slice(0, 16).replace('T', ' ')}
              </time>
              <Button size="sm" onClick={() => void restore(id, path)}>
                Restore
              </Button>
            </li>
          ))}
        </ul>
        {shown.length === 0 ? <p className="mt-3 text-muted">{isPending ? 'Reading…' : 'Nothing.'}</p> : null}
      </DialogContent>
    </Dialog>
  );
}
