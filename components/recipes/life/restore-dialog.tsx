'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from 'sonner';
import { Button } from '@/components/ui/button';
import { callAction } from '@/components/ui/call-action';
import { cn } from '@/components/ui/cn';
import { Dialog, DialogContent, DialogDescription, DialogTitle } from '@/components/ui/dialog';
import { restorePlanQuery } from '@/lib/api-client/recipe-history';
import type { RecipeVersion, RestoreChange, RestorePlan } from '@/lib/domain/recipe-version';
import { DiffView } from '../editor/diff-view';
import type { LifeActions } from './life-actions';

export type RestoreDialogProps = {
  readonly recipe: string;
  readonly version: RecipeVersion;
  /** How many files have unsaved changes: they would stand against what is restored. */
  readonly unsaved: number;
  readonly restore: LifeActions['restoreVersion'];
  readonly onClose: () => void;
};

const UNDO_MS = 20_000;

/** What the whole recipe would become again, file by file, before it does. */
export function RestoreDialog({ recipe, version, unsaved, restore, onClose }: RestoreDialogProps) {
  const plan = useQuery(restorePlanQuery(recipe, version.id));
  const client = useQueryClient();
  const [isBusy, setIsBusy] = useState(false);
  const changes = plan.data?.changes ?? [];

  /** Answers with the version that leads back. */
  async function run(id: string): Promise<string | null> {
    const outcome = await callAction(restore, { recipe, id });
    if (!outcome.ok) toast.error(outcome.error.message, { duration: UNDO_MS });
    await client.invalidateQueries({ queryKey: ['recipe-history', recipe] });
    await client.invalidateQueries({ queryKey: ['recipe-state', recipe] });
    return outcome.ok ? outcome.value.undo : null;
  }
  async function confirm(): Promise<void> {
    setIsBusy(true);
    const undo = await run(version.id);
    setIsBusy(false);
    if (undo === null) return;
    onClose();
    toast.success(`${recipe} is as it was. ${countText(changes.length)} on the disk changed.`, {
      duration: UNDO_MS,
      action: { label: 'Undo', onClick: () => void run(undo) },
    });
  }
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <DialogContent className="max-w-5xl">
        <DialogTitle className="pr-8">Restore {recipe}</DialogTitle>
        <DialogDescription className="mt-1">
          All its text files become what they were at this version. What they are now is kept as a version,
          too.
        </DialogDescription>
        <PlanView plan={plan.data} error={plan.error} />
        {unsaved === 0 ? null : (
          <p role="status" className="mt-3 text-warning">
            {countText(unsaved)} {unsaved === 1 ? 'has' : 'have'} unsaved changes. Save them first, so that
            they become a version.
          </p>
        )}
        <div className="mt-4 flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            disabled={isBusy || unsaved > 0 || changes.length === 0}
            onClick={() => void confirm()}
          >
            {isBusy
              ? 'Restoring…'
              : changes.length === 0
                ? 'Restore'
                : `Restore ${countText(changes.length)}`}
          </Button>
        </div>
      </DialogContent>
    </Dialog>
  );
}

function countText(count: number): string {
  return count === 1 ? '1 file' : `${count} files`;
}

function PlanView({ plan, error }: { plan: RestorePlan | undefined; error: Error | null }) {
  const [chosen, setChosen] = useState<string | null>(null);
  if (error !== null) return <p className="mt-3 text-error">{error.message}</p>;
  if (plan === undefined) return <p className="mt-3 text-muted">Reading…</p>;
  const shown = plan.changes.find(({ path }) => path === chosen) ?? plan.changes[0];
  return (
    <>
      {shown === undefined ? (
        <p className="mt-3 text-muted">The files are as they were then: there is nothing to restore.</p>
      ) : (
        <>
          <ul aria-label="What changes" className="mt-3 flex max-h-32 flex-col overflow-auto">
            {plan.changes.map((change) => (
              <li key={change.path}>
                <button
                  type="button"
                  aria-current={change === shown ? 'true' : undefined}
                  onClick={() => setChosen(change.path)}
                  className={cn(
                    'flex w-full gap-2 rounded-chip px-2 py-1 text-left font-mono text-sm hover:bg-hover',
                    change === shown && 'bg-selected',
                  )}
                >
                  <span className="min-w-0 break-all">{change.path}</span>
                  <span className="ml-auto shrink-0 text-muted">{wordFor(change)}</span>
                </button>
              </li>
            ))}
          </ul>
          <DiffView
            path={shown.path}
            original={shown.now ?? ''}
            modified={shown.then ?? ''}
            titles={['Now', 'Then']}
          />
        </>
      )}
      {plan.leftOut.map(({ path, reason }) => (
        <p key={path} className="mt-2 text-sm break-words text-muted">
          <span className="font-mono">{path}</span> stays as it is: {reason}.
        </p>
      ))}
    </>
  );
}

function wordFor({ now, then }: RestoreChange): string {
  if (now === null) return 'comes back';
  return then === null ? 'goes to the trash' : 'changes';
}
