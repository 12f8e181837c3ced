'use client';

import { useMemo, useState } from 'react';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/cn';
import { Dialog, DialogContent, DialogDescription, DialogTitle } from '@/components/ui/dialog';
import { coverSecrets } from '@/lib/recipes/environment/without-secrets';
import { type MergeConflict, settleConflicts, type Side } from '@/lib/recipes/three-way/settle-conflicts';
import { DiffView } from './editor/diff-view';
import { currentText, type DiskFile, type StudioFile, type StudioState } from './studio-state';

type Answers = {
  readonly onKeepMine: () => void;
  readonly onTakeTheirs: () => void;
  /** The text that the choices come to, as a draft over what is on disk. */
  readonly onSettle: (text: string) => void;
  readonly onLater: () => void;
};

/** The disk and a draft disagree: both texts are kept until the person says which one stays, place by place. */
export function ConflictDialog({ state, ...answers }: Answers & { state: StudioState }) {
  const { conflict, files } = state;
  const file = conflict === null ? undefined : files[conflict.path];
  if (conflict === null || file === undefined) return null;
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => {
        if (!isOpen) answers.onLater();
      }}
    >
      {conflict.theirs === null ? (
        <Removed path={conflict.path} {...answers} />
      ) : (
        <Changed key={conflict.theirs.etag} file={file} theirs={conflict.theirs} {...answers} />
      )}
    </Dialog>
  );
}

function Changed({ file, theirs, ...answers }: Answers & { file: StudioFile; theirs: DiskFile }) {
  const [isComparing, setIsComparing] = useState(false);
  const mine = currentText(file);
  const { path, text: base } = file;
  const { conflicts, settle } = useMemo(
    () => settleConflicts(path, { base, theirs: theirs.text, mine }),
    [path, base, theirs.text, mine],
  );
  const [chosen, setChosen] = useState<readonly (Side | undefined)[]>([]);
  const choices = conflicts.map((_, index) => chosen[index] ?? 'mine');
  const settled = conflicts.length === 0 ? null : settle(choices);
  return (
    <DialogContent className={isComparing ? 'max-w-5xl' : 'max-w-xl'}>
      <DialogTitle className="pr-8 [overflow-wrap:anywhere]">{path} was changed on disk</DialogTitle>
      <DialogDescription className="mt-1">
        Something else wrote it since you opened it. Your text was not saved, and neither is lost. What only
        one side changed is merged already.
      </DialogDescription>
      {conflicts.length === 0 ? null : (
        <ul aria-label="Both changed" className="mt-3 flex flex-col gap-2.5">
          {conflicts.map((conflict, index) => (
            <li key={conflict.name}>
              <Choice
                path={path}
                conflict={conflict}
                side={choices[index] ?? 'mine'}
                onSide={(side) => setChosen(conflicts.map((_, at) => (at === index ? side : choices[at])))}
              />
            </li>
          ))}
        </ul>
      )}
      {settled === null && conflicts.length > 0 ? (
        <p role="alert" className="mt-3 text-error">
          These choices cannot be put together in one text. Choose another one, or take a whole text.
        </p>
      ) : null}
      {isComparing ? (
        <div className="mt-3">
          <DiffView
            path={path}
            original={theirs.text}
            modified={settled ?? mine}
            titles={['On disk', settled === null ? 'Yours' : 'Merged']}
          />
        </div>
      ) : null}
      <div className="sticky -bottom-4 -mx-4 mt-1 -mb-4 flex flex-wrap gap-2 bg-panel p-4">
        {settled === null ? null : (
          <Button variant="primary" onClick={() => answers.onSettle(settled)}>
            Merge into my draft
          </Button>
        )}
        <Button onClick={answers.onKeepMine}>Keep mine, overwrite the disk</Button>
        <Button variant="danger" onClick={answers.onTakeTheirs}>
          Take theirs, drop my text
        </Button>
        {isComparing ? null : <Button onClick={() => setIsComparing(true)}>Compare</Button>}
      </div>
    </DialogContent>
  );
}

type ChoiceProps = { path: string; conflict: MergeConflict; side: Side; onSide: (side: Side) => void };

const SIDES = [
  { side: 'mine', title: 'Mine' },
  { side: 'theirs', title: 'On disk' },
] as const;

function Choice({ path, conflict, side, onSide }: ChoiceProps) {
  return (
    <fieldset>
      <legend className="mb-1 font-mono text-sm break-all">{conflict.name}</legend>
      <div className="grid gap-2 sm:grid-cols-2">
        {SIDES.map((option) => (
          <label
            key={option.side}
            className={cn(
              'flex min-w-0 cursor-pointer items-start gap-2 rounded-button border px-2.5 py-1.5',
              side === option.side && 'border-accent bg-selected',
            )}
          >
            <input
              type="radio"
              name={conflict.name}
              checked={side === option.side}
              onChange={() => onSide(option.side)}
              className="mt-1 accent-accent"
            />
            <span className="min-w-0">
              <span className="text-sm text-muted">{option.title}</span>
              <span className="block max-h-32 overflow-auto font-mono text-sm break-all whitespace-pre-wrap">
                {shownText(path, conflict, option.side) ?? <i className="text-muted">removed</i>}
              </span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** A secret in clear stays covered, as it is in the editor; whether it is one, its key says. */
function shownText(path: string, { kind, name, ...texts }: MergeConflict, side: Side): string | null {
  const text = texts[side];
  if (text === null || kind === 'lines') return text === null ? null : coverSecrets(path, text);
  const lead = `${name.slice(name.lastIndexOf('.') + 1)}: `;
  return coverSecrets(path, `${lead}${text}`).slice(lead.length);
}

function Removed({ path, onKeepMine, onTakeTheirs }: Answers & { path: string }) {
  return (
    <DialogContent>
      <DialogTitle className="pr-8 [overflow-wrap:anywhere]">{path} was removed from the disk</DialogTitle>
      <DialogDescription className="mt-1">
        Something else removed it since you opened it. Your text is still here.
      </DialogDescription>
      <div className="mt-4 flex flex-wrap gap-2">
        <Button variant="primary" onClick={onKeepMine}>
          Save mine again
        </Button>
        <Button variant="danger" onClick={onTakeTheirs}>
          Close it, drop my text
        </Button>
      </div>
    </DialogContent>
  );
}
