import { SingleBar } from 'cli-progress';
import { formatDuration } from '@/lib/charts/format-time';
import { isFinished, type Run } from '@/lib/domain/run';
import type { RunEvent } from '@/lib/domain/run-event';
import { phaseWords } from '@/lib/insight/run-words';
import type { CliIo } from './cli-io';
import type { Follower } from './follow-run';
import { REWARD_KEY } from './metric-keys';

export type RunProgress = Follower & { finish(): void };

/** A bar on a terminal, a line now and then elsewhere. Warnings, errors and status changes are lines in both. */
export function createRunProgress(io: CliIo, now: () => number = Date.now): RunProgress {
  const view = io.isTerminal ? createBar() : createLines(io);
  const eta = createEta(now);
  const lineOf = createLineWriter();
  let reward: number | null = null;
  return {
    onEvents(events, run) {
      for (const event of events) {
        const line = lineOf(event);
        if (line !== null) view.say(line, io);
        if (event.kind === 'metrics') reward = event.values[REWARD_KEY] ?? reward;
      }
      view.show(run, { reward, eta: eta(run) });
    },
    finish: () => view.finish(),
  };
}

/** What is worth a line of its own: trouble, a new status, the phases that take long. */
function createLineWriter(): (event: RunEvent) => string | null {
  let said = '';
  return (event) => {
    if (event.kind === 'advisory') return `${event.severity}: ${event.message}`;
    if (event.kind === 'log') {
      return event.level === 'warning' || event.level === 'error' ? `${event.level}: ${event.message}` : null;
    }
    if (event.kind !== 'status') return null;
    const word = event.phase === 'warm_start' ? phaseWords(event.phase) : event.status;
    const line = event.reason === null ? word : `${word}: ${event.reason}`;
    const isNews = line !== said;
    said = line;
    return isNews ? line : null;
  };
}

type Figures = { readonly reward: number | null; readonly eta: string };
type View = {
  say(line: string, io: CliIo): void;
  show(run: Run, figures: Figures): void;
  finish(): void;
};

function createBar(): View {
  const bar = new SingleBar({
    format: '{bar} step {value}/{total} · reward {reward} · {phase} · {eta_text}',
    barCompleteChar: '━',
    barIncompleteChar: '─',
    barsize: 24,
    hideCursor: true,
    stopOnComplete: false,
    gracefulExit: false,
  });
  let started = false;
  return {
    say(line, io) {
      if (started) bar.stop();
      started = false;
      io.err(line);
    },
    show(run, { reward, eta }) {
      const payload = { reward: formatReward(reward), phase: describe(run), eta_text: eta };
      if (!started) bar.start(run.totalSteps, run.step, payload);
      started = true;
      bar.update(run.step, payload);
    },
    finish() {
      if (started) bar.stop();
      started = false;
    },
  };
}

const LINES_PER_RUN = 20;

function createLines(io: CliIo): View {
  let shown = -1;
  return {
    say: (line) => io.err(line),
    show(run, { reward, eta }) {
      const every = Math.max(1, Math.floor(run.totalSteps / LINES_PER_RUN));
      if (run.step < shown + every || run.step === 0) return;
      shown = run.step;
      io.err(`step ${run.step}/${run.totalSteps} · reward ${formatReward(reward)} · ${eta}`);
    },
    finish: () => undefined,
  };
}

/** Time left at the pace since this command began to watch. */
function createEta(now: () => number): (run: Run) => string {
  let began: { readonly at: number; readonly step: number } | null = null;
  return (run) => {
    if (isFinished(run.status)) return 'done';
    if (run.step === 0) return 'no estimate yet';
    began ??= { at: now(), step: run.step };
    if (run.step <= began.step) return 'no estimate yet';
    const perStep = (now() - began.at) / (run.step - began.step);
    return `${formatDuration((perStep * (run.totalSteps - run.step)) / 1000)} left`;
  };
}

function describe(run: Run): string {
  return run.phase === null ? run.status : phaseWords(run.phase);
}

function formatReward(reward: number | null): string {
  return reward === null ? '—' : reward.toFixed(3);
}
