'use client';

import { MoreHorizontalIcon } from 'lucide-react';
import { useState } from 'react';
import { toast } from 'sonner';
import { Button } from '@/components/ui/button';
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu';
import { NameDialog, type NameQuestion } from '@/components/ui/name-dialog';
import type { Run } from '@/lib/domain/run';
import type { RunAnnotation } from '@/lib/domain/run-annotation';
import { NotesDialog } from './notes-dialog';
import { tagsQuestion } from './tags-question';
import type { Annotate } from './use-annotate';

/** What can be said of one run. */
export function RunMenu({ run, annotate }: { run: Run; annotate: Annotate }) {
  const [question, setQuestion] = useState<NameQuestion | null>(null);
  const [hasNotes, setHasNotes] = useState(false);
  const say = (change: RunAnnotation) =>
    void annotate([run.id], change).then((refusal) => {
      if (refusal !== null) toast.error(refusal);
    });
  const rename: NameQuestion = {
    title: `Rename run ${run.id}`,
    about: 'The number stays: it is what the command line and addresses use.',
    initial: run.name,
    action: 'Rename',
    isProse: true,
    submit: (name) => annotate([run.id], { name }),
  };
  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button variant="ghost" size="icon" aria-label={`Actions of run ${run.id}`}>
            <MoreHorizontalIcon aria-hidden />
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent>
          <DropdownMenuItem onSelect={() => setQuestion(rename)}>Rename …</DropdownMenuItem>
          <DropdownMenuItem onSelect={() => setQuestion(tagsQuestion([run], annotate))}>
            Tags …
          </DropdownMenuItem>
          <DropdownMenuItem onSelect={() => setHasNotes(true)}>Notes …</DropdownMenuItem>
          <DropdownMenuItem onSelect={() => say({ isPinned: !run.isPinned })}>
            {run.isPinned ? 'Unpin' : 'Pin to the top'}
          </DropdownMenuItem>
          <DropdownMenuItem onSelect={() => say({ isArchived: !run.isArchived })}>
            {run.isArchived ? 'Take out of the archive' : 'Archive'}
          </DropdownMenuItem>
          <DropdownMenuItem onSelect={() => say({ isDeleted: !run.isDeleted })}>
            {run.isDeleted ? 'Restore' : 'Delete'}
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      {question === null ? null : <NameDialog question={question} onClose={() => setQuestion(null)} />}
      {hasNotes ? <NotesDialog run={run} annotate={annotate} onClose={() => setHasNotes(false)} /> : null}
    </>
  );
}
