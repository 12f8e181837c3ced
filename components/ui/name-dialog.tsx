'use client';

import { type SyntheticEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogContent, DialogDescription, DialogTitle } from '@/components/ui/dialog';
import { Input } from '@/components/ui/input';

export type NameQuestion = {
  readonly title: string;
  readonly about: string;
  readonly initial: string;
  readonly action: string;
  /** What the field is called; a name without it. */
  readonly label?: string;
  /** Free words instead of a name: they may be left out, and stand in the letters of a text. */
  readonly isProse?: boolean;
  /** Answers why the name was refused; null = done. */
  readonly submit: (name: string) => Promise<string | null>;
};

const MAX_PROSE_CHARS = 200;

/** Asks for a name or a path, and says beside it why one was refused. */
export function NameDialog({ question, onClose }: { question: NameQuestion; onClose: () => void }) {
  const [name, setName] = useState(question.initial);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  async function submit(event: SyntheticEvent): Promise<void> {
    event.preventDefault();
    setIsBusy(true);
    const refused = await question.submit(name.trim());
    setIsBusy(false);
    setRefusal(refused);
    if (refused === null) onClose();
  }
  return (
    <Dialog open onOpenChange={onClose}>
      <DialogContent>
        <DialogTitle className="pr-8">{question.title}</DialogTitle>
        <DialogDescription className="mt-1">{question.about}</DialogDescription>
        <form className="mt-3 flex flex-col gap-3" onSubmit={(event) => void submit(event)}>
          <Input
            autoFocus
            aria-label={question.label ?? 'Name'}
            maxLength={question.isProse === true ? MAX_PROSE_CHARS : undefined}
            aria-invalid={refusal !== null}
            value={name}
            onChange={(event) => setName(event.target.value)}
            spellCheck={question.isProse === true}
            autoComplete="off"
            className={question.isProse === true ? undefined : 'font-mono'}
          />
          {refusal === null ? null : (
            <p role="alert" className="text-error">
              {refusal}
            </p>
          )}
          <Button
            type="submit"
            variant="primary"
            disabled={isBusy || (name.trim() === '' && question.isProse !== true)}
            className="self-end"
          >
            {question.action}
          </Button>
        </form>
      </DialogContent>
    </Dialog>
  );
}
