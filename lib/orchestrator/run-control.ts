import { setMaxListeners } from 'node:events';
import type { CommandKind } from '@/lib/domain/run';

/** Why everything that waits was told to stop waiting. */
export class StopRequested extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StopRequested';
  }
}

/** What people ask of a run, as signals and one gate. */
export type RunControl = {
  /** Aborts at once when a stop is asked for: rollouts and waits end. */
  readonly soft: AbortSignal;
  /** Aborts some seconds later: a training step had its chance to finish. */
  readonly hard: AbortSignal;
  readonly isStopping: boolean;
  readonly isPauseRequested: boolean;
  command(kind: CommandKind): void;
  /** Resolves when the run may go on; rejects with the stop. */
  resumed(): Promise<void>;
  /** What the work resolves with, unless a stop comes first: then rejects with it. */
  orStopped<T>(work: Promise<T>): Promise<T>;
  /** Ends the timer of a stop. */
  close(): void;
};

export type RunControlOptions = {
  /** Between the soft and the hard signal. */
  readonly graceMs: number;
  /** Called once per change that a command makes. */
  readonly onChange: (change: 'stopping' | 'pausing' | 'continuing') => void;
};

export function createRunControl(options: RunControlOptions): RunControl {
  const soft = new AbortController();
  const hard = new AbortController();
  // every rollout in flight listens
  setMaxListeners(0, soft.signal);
  setMaxListeners(0, hard.signal);
  let isPauseRequested = false;
  let timer: NodeJS.Timeout | null = null;
  let wake: () => void = () => undefined;

  const stop = (): void => {
    if (soft.signal.aborted) {
      hard.abort(new StopRequested('The run was told to stop again.'));
      return;
    }
    options.onChange('stopping');
    soft.abort(new StopRequested('The run was told to stop.'));
    timer = setTimeout(() => hard.abort(new StopRequested('The run had to stop.')), options.graceMs);
    wake();
  };
  const setPause = (wanted: boolean): void => {
    if (soft.signal.aborted || isPauseRequested === wanted) return;
    isPauseRequested = wanted;
    options.onChange(wanted ? 'pausing' : 'continuing');
    if (!wanted) wake();
  };
  return {
    soft: soft.signal,
    hard: hard.signal,
    get isStopping() {
      return soft.signal.aborted;
    },
    get isPauseRequested() {
      return isPauseRequested;
    },
    command: (kind) => {
      if (kind === 'stop') stop();
      else setPause(kind === 'pause');
    },
    resumed: async () => {
      while (isPauseRequested && !soft.signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      soft.signal.throwIfAborted();
    },
    orStopped: async (work) => {
      soft.signal.throwIfAborted();
      let onStop: () => void = () => undefined;
      const stopped = new Promise<never>((_, reject) => {
        onStop = () => reject(reasonOf(soft.signal));
        soft.signal.addEventListener('abort', onStop, { once: true });
      });
      try {
        return await Promise.race([work, stopped]);
      } finally {
        soft.signal.removeEventListener('abort', onStop);
      }
    },
    close: () => {
      if (timer !== null) clearTimeout(timer);
    },
  };
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new StopRequested('The run was told to stop.');
}
