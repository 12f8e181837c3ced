import type { RunEvent } from '@/lib/domain/run-event';
import { freshEvents } from './fresh-events';
import type { LogPage } from './wire';

/** Older lines are a page away; a tab left open for a week must not hold them all. */
const MAX_LINES = 2000;

/** Appends the log lines among `events`. Replayed ones change nothing. */
export function foldLogs(page: LogPage, events: readonly RunEvent[]): LogPage {
  const last = page.events.at(-1)?.seq ?? 0;
  const fresh = freshEvents(events, last).filter(({ kind }) => kind === 'log');
  if (fresh.length === 0) return page;
  const lines = [...page.events, ...fresh];
  return {
    events: lines.slice(-MAX_LINES),
    hasOlder: page.hasOlder || lines.length > MAX_LINES,
  };
}
