import type { Run, RunPhase, RunStatus } from '@/lib/domain/run';

export type Tone = 'neutral' | 'ok' | 'warning' | 'error' | 'running';
/** A shape beside the word, so that the colour is never the only sign. */
export type StatusShape = 'ring' | 'dot' | 'bars' | 'square' | 'check' | 'cross' | 'question';

export type StatusWords = { readonly word: string; readonly tone: Tone; readonly shape: StatusShape };

const STATUS: Readonly<Record<RunStatus, StatusWords>> = {
  queued: { word: 'Queued', tone: 'neutral', shape: 'ring' },
  starting: { word: 'Starting', tone: 'running', shape: 'ring' },
  running: { word: 'Running', tone: 'running', shape: 'dot' },
  pausing: { word: 'Pausing', tone: 'warning', shape: 'bars' },
  paused: { word: 'Paused', tone: 'warning', shape: 'bars' },
  stopping: { word: 'Stopping', tone: 'warning', shape: 'square' },
  stopped: { word: 'Stopped', tone: 'neutral', shape: 'square' },
  succeeded: { word: 'Succeeded', tone: 'ok', shape: 'check' },
  failed: { word: 'Failed', tone: 'error', shape: 'cross' },
  lost: { word: 'Lost', tone: 'error', shape: 'question' },
};

export function statusWords(status: RunStatus): StatusWords {
  return STATUS[status];
}

const PHASE: Readonly<Record<RunPhase, string>> = {
  preparing: 'preparing',
  warm_start: 'warm start',
  rollout: 'rolling out',
  train: 'training',
  sync: 'syncing weights',
  validate: 'validating',
  checkpoint: 'saving a checkpoint',
  draining: 'draining',
  waiting: 'waiting for a service',
};

export function phaseWords(phase: RunPhase): string {
  return PHASE[phase];
}

/** What the run process is at, beside its status; null where it waits or is no more. */
export function activityWords({ status, phase }: Pick<Run, 'status' | 'phase'>): string | null {
  return phase === null || status === 'paused' ? null : phaseWords(phase);
}

/** The phase as a sentence, for where no pill says the status beside it. */
export function phaseSentence(phase: RunPhase): string {
  return `The run is ${phase === 'warm_start' ? 'in its warm start' : phaseWords(phase)}.`;
}

export type RunControl = 'stop' | 'pause' | 'resume';

const CONTROLS: Readonly<Record<RunStatus, readonly RunControl[]>> = {
  queued: ['stop'],
  starting: ['stop'],
  running: ['pause', 'stop'],
  pausing: ['resume', 'stop'],
  paused: ['resume', 'stop'],
  stopping: [],
  stopped: ['resume'],
  succeeded: [],
  failed: ['resume'],
  lost: ['resume'],
};

/** What a person may ask of a run now, in the order of the buttons. */
export function runControls(status: RunStatus): readonly RunControl[] {
  return CONTROLS[status];
}
