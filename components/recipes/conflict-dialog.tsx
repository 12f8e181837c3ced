'use client';

import { type ReactNode, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogContent, DialogDescription, DialogTitle } from '@/components/ui/dialog';
import { DiffView } from './editor/diff-view';
import { currentText, type StudioState } from './studio-state';

/** A save met a newer file: both texts are kept until the person says which one stays. */
export function ConflictDialog(props: {
  state: StudioState;
  onKeepMine: () => void;
  onTakeTheirs: () => void;
  onLater: () => void;
}) {
  const [isComparing, setIsComparing] = useState(false);
  const { conflict, files } = props.state;
  const file = conflict === null ? undefined : files[conflict.path];
  if (conflict === null || file === undefined) return null;
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => {
        if (!isOpen) props.onLater();
      }}
    >
      <DialogContent className={isComparing ? 'max-w-5xl' : undefined}>
        {conflict.theirs === null ? (
          <Removed path={conflict.path} onKeepMine={props.onKeepMine} onTakeTheirs={props.onTakeTheirs} />
        ) : (
          <Changed path={conflict.path} onKeepMine={props.onKeepMine} onTakeTheirs={props.onTakeTheirs}>
            {isComparing ? (
              <DiffView path={conflict.path} original={conflict.theirs.text} modified={currentText(file)} />
            ) : (
              <Button className="order-last" onClick={() => setIsComparing(true)}>
                Compare
              </Button>
            )}
          </Changed>
        )}
      </DialogContent>
    </Dialog>
  );
}

type Choice = { path: string; onKeepMine: () => void; onTakeTheirs: () => void };

function Changed({ path, onKeepMine, onTakeTheirs, children }: Choice & { children: ReactNode }) {
  return (
    <>
      <DialogTitle className="pr-8">{path} was changed on disk</DialogTitle>
      <DialogDescription className="mt-1">
        Something else wrote it since you opened it. Your text was not saved, and neither is lost.
      </DialogDescription>
      <div className="mt-4 flex flex-wrap gap-2">
        <Button variant="primary" onClick={onKeepMine}>
          Keep mine, overwrite the disk
        </Button>
        <Button variant="danger" onClick={onTakeTheirs}>
          Take theirs, drop my text
        </Button>
        {children}
      </div>
    </>
  );
}

function Removed({ path, onKeepMine, onTakeTheirs }: Choice) {
  return (
    <>
      <DialogTitle className="pr-8">{path} was removed from the disk</DialogTitle>
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
    </>
  );
}
