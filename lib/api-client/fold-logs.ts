import type { RunEvent } from '@/lib/domain/run-event';
import { freshEvents } from './fresh-events';
import type { LogPage } from './wire';

/** Older lines are a page away; a tab left open for a week must not hold them all. More only where a reader asked for more. */
const MAX_LINES = 2000;

/** Appends the log lines among `events`. Replayed ones change nothing. */
export function foldLogs(page: LogPage, events: readonly RunEvent[]): LogPage {
  const last = page.events.at(-1)?.seq ?? 0;
  const fresh = freshEvents(events, last).filter(({ kind }) => kind === 'log');
  if (fresh.length === 0) return page;
  const lines = [...page.events, ...fresh];
  const kept = Math.max(MAX_LINES, page.events.length);
  return {
    events: lines.slice(-kept),
    hasOlder: page.hasOlder || lines.length > kept,
  };
}

/**
 * Puts the lines before `before` in front. Changes nothing when the page no longer begins there: the same lines were
 * asked for twice, or the oldest were dropped meanwhile and there would be a gap.
 */
export function prependLogs(page: LogPage, older: LogPage, before: number): LogPage {
  if (page.events[0]?.seq !== before) return page;
  return { events: [...older.events, ...page.events], hasOlder: older.hasOlder };
}
