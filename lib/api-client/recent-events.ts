import { queryOptions } from '@tanstack/react-query';
import type { RunId } from '@/lib/domain/run';
import type { RunEvent } from '@/lib/domain/run-event';
import { freshEvents } from './fresh-events';

/** Far more than can happen while one request is under way. */
const MAX_RECENT = 2000;

/**
 * The newest events of a run. An answer to a request may be older than what the stream has brought meanwhile; what
 * it lacks is folded in from here.
 */
export const recentEventsQuery = (id: RunId) =>
  queryOptions({
    queryKey: ['runs', id, 'recent'] as const,
    queryFn: (): readonly RunEvent[] => [],
    staleTime: Infinity,
  });

/** Appends what is new; keeps the newest. */
export function remember(recent: readonly RunEvent[], events: readonly RunEvent[]): readonly RunEvent[] {
  const last = recent.at(-1)?.seq ?? 0;
  const fresh = freshEvents(events, last);
  return fresh.length === 0 ? recent : [...recent, ...fresh].slice(-MAX_RECENT);
}
