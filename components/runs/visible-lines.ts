import { LOG_LEVELS, type RunEvent } from '@/lib/domain/run-event';

export type LogEvent = Extract<RunEvent, { kind: 'log' }>;

/** Lines at or above a level that contain the text, in message or source. */
export function visibleLines(
  events: readonly RunEvent[],
  filter: { readonly level: (typeof LOG_LEVELS)[number]; readonly search: string },
): readonly LogEvent[] {
  const least = LOG_LEVELS.indexOf(filter.level);
  const wanted = filter.search.trim().toLowerCase();
  return events.filter(
    (event): event is LogEvent =>
      event.kind === 'log' &&
      LOG_LEVELS.indexOf(event.level) >= least &&
      `${event.source} ${event.message}`.toLowerCase().includes(wanted),
  );
}
