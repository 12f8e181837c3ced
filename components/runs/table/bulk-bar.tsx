'use client';

import Link from 'next/link';
import { useState } from 'react';
import { toast } from 'sonner';
import { Button } from '@/components/ui/button';
import { callAction } from '@/components/ui/call-action';
import { NameDialog, type NameQuestion } from '@/components/ui/name-dialog';
import { compareHref } from '@/lib/api-client/run-urls';
import { isFinished } from '@/lib/domain/run';
import type { RunAnnotation } from '@/lib/domain/run-annotation';
import type { RunTableActions } from './table-actions';
import { tagsQuestion } from './tags-question';
import type { Annotate } from './use-annotate';
import type { Selection } from './use-selection';

/** What can be done with all selected runs at once; stays in sight below the table. */
export function BulkBar(props: {
  selection: Selection;
  annotate: Annotate;
  actions: Pick<RunTableActions, 'stop'>;
}) {
  const { selection, annotate, actions } = props;
  const { runs } = selection;
  const [question, setQuestion] = useState<NameQuestion | null>(null);
  if (runs.length === 0) return null;
  const ids = runs.map(({ id }) => id);
  const going = runs.filter(({ status }) => !isFinished(status));
  const arePinned = runs.every(({ isPinned }) => isPinned);
  const areArchived = runs.every(({ isArchived }) => isArchived);
  const areDeleted = runs.every(({ isDeleted }) => isDeleted);
  const say = (change: RunAnnotation) =>
    void annotate(ids, change).then((refusal) => {
      if (refusal === null) selection.clear();
      else toast.error(refusal);
    });
  return (
    <div
      role="region"
      aria-label="Selected runs"
      className="sticky bottom-3 flex flex-wrap items-center gap-2 self-center rounded-card border border-line-strong bg-panel px-3 py-2"
    >
      <span className="text-sm text-muted" aria-live="polite">
        {runs.length} selected
      </span>
      <Button asChild variant="primary">
        <Link href={compareHref(ids)}>
          {runs.length === 1 ? 'Compare with …' : `Compare ${runs.length} runs`}
        </Link>
      </Button>
      <Button onClick={() => setQuestion(tagsQuestion(runs, annotate))}>Tags …</Button>
      <Button onClick={() => say({ isPinned: !arePinned })}>{arePinned ? 'Unpin' : 'Pin'}</Button>
      <Button onClick={() => say({ isArchived: !areArchived })}>
        {areArchived ? 'Take out of the archive' : 'Archive'}
      </Button>
      {going.length === 0 ? null : (
        <Button onClick={() => void stopAll(actions, going)}>Stop {going.length}</Button>
      )}
      <Button variant="danger" onClick={() => say({ isDeleted: !areDeleted })}>
        {areDeleted ? 'Restore' : 'Delete'}
      </Button>
      <Button variant="ghost" onClick={selection.clear}>
        Clear
      </Button>
      {question === null ? null : <NameDialog question={question} onClose={() => setQuestion(null)} />}
    </div>
  );
}

async function stopAll({ stop }: Pick<RunTableActions, 'stop'>, runs: Selection['runs']): Promise<void> {
  const outcomes = await Promise.all(runs.map(({ id }) => callAction(stop, id)));
  const refused = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.error.message]));
  if (refused.length > 0) toast.error(refused.join(' '));
  else toast.success(runs.length === 1 ? 'The run is stopping.' : `${runs.length} runs are stopping.`);
}
