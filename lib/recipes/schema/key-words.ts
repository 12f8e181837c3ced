import type { KeyFacts } from './catalogue';

// How facts read, in the app and in docs.

export function defaultText({ default: fallback, isRequired, kind }: KeyFacts): string | null {
  if (fallback !== null) return fallback;
  if (kind === 'section') return null;
  return isRequired ? 'none; the key is required' : 'none';
}

export function readersText({ readers, isReadByRun, kind }: KeyFacts): string {
  if (readers.length === 0) return 'nothing';
  const beside = isReadByRun || kind === 'section' ? '' : ' (not by the run process of this version)';
  return `${readers.join(', ')}${beside}`;
}

/** Null: to everything. */
export function appliesText({ appliesTo: { backends, trainers, workers } }: KeyFacts): string | null {
  const parts = [
    backends.length === 0 ? null : `backends ${backends.join(', ')}`,
    trainers.length === 0 ? null : `trainers ${trainers.join(', ')}`,
    workers.length === 0 ? null : `workers ${workers.join(', ')}`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join('; ');
}

/** Whether every word of a search stands in the path or the meaning. */
export function matchesSearch({ path, meaning }: KeyFacts, search: string): boolean {
  const text = `${path} ${meaning}`.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** `data` of `data.batch_size`. */
export function sectionOf(path: string): string {
  return path.split('.')[0] ?? '';
}
