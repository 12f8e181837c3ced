import type { RunEvent } from '@/lib/domain/run-event';

/** Events after `seq`, each once: a reconnect may replay some in the middle of a batch. */
export function freshEvents(events: readonly RunEvent[], seq: number): readonly RunEvent[] {
  let last = seq;
  return events.filter((event) => {
    if (event.seq <= last) return false;
    last = event.seq;
    return true;
  });
}
