import type { Advisory, AdvisoryKind, Severity } from './health/health';
import type { StatusWords } from './run-words';

const SEVERITY: Readonly<Record<Severity, StatusWords>> = {
  error: { word: 'Severe', tone: 'error', shape: 'cross' },
  warning: { word: 'Warning', tone: 'warning', shape: 'bars' },
  info: { word: 'Tip', tone: 'neutral', shape: 'ring' },
};

export function severityWords(severity: Severity): StatusWords {
  return SEVERITY[severity];
}

const KIND: Readonly<Record<AdvisoryKind, string>> = {
  liveness: 'is it alive?',
  signal: 'does it learn?',
  tuning: 'could it be faster?',
};

export function kindWords(kind: AdvisoryKind): string {
  return KIND[kind];
}

/** The state of a run in a word and a shape, from what it should still hear of. */
export function healthWords(current: readonly Advisory[], stepsSeen: number): StatusWords {
  const worst = (['error', 'warning', 'info'] as const).find((severity) =>
    current.some((advisory) => advisory.severity === severity),
  );
  if (worst === 'error') return { word: 'Something is wrong', tone: 'error', shape: 'cross' };
  if (worst === 'warning') return { word: 'Worth a look', tone: 'warning', shape: 'bars' };
  if (worst === 'info') return { word: 'Healthy, with a tip', tone: 'ok', shape: 'check' };
  if (stepsSeen === 0) return { word: 'Not judged yet', tone: 'neutral', shape: 'ring' };
  return { word: 'Healthy', tone: 'ok', shape: 'check' };
}
