'use client';

import { PauseIcon, PlayIcon, SquareIcon } from 'lucide-react';
import { useTransition } from 'react';
import { toast } from 'sonner';
import { Button } from '@/components/ui/button';
import { callAction } from '@/components/ui/call-action';
import { isFinished, type Run, type RunStatus } from '@/lib/domain/run';
import { type RunControl, runControls } from '@/lib/insight/run-words';
import type { ActionError } from '@/lib/shared/app-error';
import type { Result } from '@/lib/shared/result';

type RunAction = (input: unknown) => Promise<Result<null, ActionError>>;
export type RunActions = Readonly<Record<RunControl, RunAction>>;

const ICON = { stop: <SquareIcon />, pause: <PauseIcon />, resume: <PlayIcon /> } as const;
const DONE: Readonly<Record<RunControl, string>> = {
  stop: 'Stop requested: the run finishes what is in flight, saves a checkpoint and ends.',
  pause: 'Pause requested: the run waits after the step under way.',
  resume: 'Resume requested.',
};

/** Stop, pause and resume, as far as the status allows. The page changes when the run does, not when a button is pressed. */
export function RunControls({ run, actions }: { run: Run; actions: RunActions }) {
  const [isPending, startTransition] = useTransition();
  function ask(control: RunControl): void {
    startTransition(async () => {
      const outcome = await callAction(actions[control], run.id);
      if (outcome.ok) toast(DONE[control]);
      else toast.error(outcome.error.message);
    });
  }
  return runControls(run.status).map((control) => (
    <Button
      key={control}
      disabled={isPending}
      variant={control === 'resume' ? 'primary' : 'outline'}
      onClick={() => ask(control)}
    >
      {ICON[control]}
      {label(control, run.status)}
    </Button>
  ));
}

function label(control: RunControl, status: RunStatus): string {
  if (control === 'stop') return 'Stop';
  if (control === 'pause') return 'Pause';
  return isFinished(status) ? 'Resume from checkpoint' : 'Resume';
}
