'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogContent, DialogDescription, DialogTitle } from '@/components/ui/dialog';
import type { Rename } from '@/lib/recipes/language/rename-key';

type Plan = Extract<Rename, { ok: true }>;
type Asked = { readonly plan: Plan; readonly answer: (isAgreed: boolean) => void };

export type RenameQuestion = {
  readonly asked: Asked | null;
  /** Shows what a rename touches; resolves with whether the person agrees. */
  readonly confirm: (plan: Plan) => Promise<boolean>;
};

/** A rename that stays within one place needs no question. */
export function useRenameQuestion(): RenameQuestion {
  const [asked, setAsked] = useState<Asked | null>(null);
  function confirm(plan: Plan): Promise<boolean> {
    if (plan.edits.length <= 1) return Promise.resolve(true);
    return new Promise((resolve) => {
      setAsked({
        plan,
        answer: (isAgreed) => {
          setAsked(null);
          resolve(isAgreed);
        },
      });
    });
  }
  return { asked, confirm };
}

/** The layers that a rename is going to change. */
export function RenameDialog({ asked }: { asked: Asked | null }) {
  if (asked === null) return null;
  const { plan, answer } = asked;
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => {
        if (!isOpen) answer(false);
      }}
    >
      <DialogContent>
        <DialogTitle className="pr-8">
          Rename to <code className="font-mono">{plan.name}</code> in {plural(plan.files.length, 'layer')}
        </DialogTitle>
        <DialogDescription className="mt-1">
          Every layer that gives the key, and every interpolation that reads it. Nothing is saved yet.
        </DialogDescription>
        <ul className="mt-3 flex flex-col gap-1">
          {plan.files.map(({ file, keys, interpolations }) => (
            <li key={file} className="flex flex-wrap justify-between gap-x-4">
              <span className="font-mono text-sm break-all">{file}</span>
              <span className="text-sm text-muted">{touched(keys, interpolations)}</span>
            </li>
          ))}
        </ul>
        <div className="mt-4 flex gap-2">
          <Button variant="primary" onClick={() => answer(true)}>
            Rename
          </Button>
          <Button onClick={() => answer(false)}>Cancel</Button>
        </div>
      </DialogContent>
    </Dialog>
  );
}

function touched(keys: number, interpolations: number): string {
  const parts = [
    ...(keys > 0 ? [plural(keys, 'key')] : []),
    ...(interpolations > 0 ? [plural(interpolations, 'interpolation')] : []),
  ];
  return parts.join(', ');
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
