'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogContent, DialogDescription, DialogTitle } from '@/components/ui/dialog';
import type { Run } from '@/lib/domain/run';
import type { Annotate } from './use-annotate';

const MAX_NOTES = 20_000;

/** What somebody wants to remember of a run. */
export function NotesDialog({
  run,
  annotate,
  onClose,
}: {
  run: Run;
  annotate: Annotate;
  onClose: () => void;
}) {
  const [notes, setNotes] = useState(run.notes);
  const [refusal, setRefusal] = useState<string | null>(null);
  async function save(): Promise<void> {
    const refused = await annotate([run.id], { notes });
    setRefusal(refused);
    if (refused === null) onClose();
  }
  return (
    <Dialog open onOpenChange={onClose}>
      <DialogContent>
        <DialogTitle className="pr-8">Notes on run {run.id}</DialogTitle>
        <DialogDescription className="mt-1">
          The first line is shown in the table; all of it is searched.
        </DialogDescription>
        <textarea
          autoFocus
          aria-label="Notes"
          maxLength={MAX_NOTES}
          value={notes}
          onChange={(event) => setNotes(event.target.value)}
          className="mt-3 h-40 w-full resize-y rounded-button border border-line-strong bg-panel p-2.5 text-base"
        />
        {refusal === null ? null : (
          <p role="alert" className="text-error">
            {refusal}
          </p>
        )}
        <div className="mt-2 flex justify-end">
          <Button variant="primary" onClick={() => void save()}>
            Save
          </Button>
        </div>
      </DialogContent>
    </Dialog>
  );
}
