import type { ConnectionState, HubPorts, LiveMessage, StreamQuestion } from './tab-hub';

/** Roll-calls that a tab may miss (its timers may be throttled) before it counts as gone. */
const MISSED_CALLS = 2;

/** The tab that holds the stream, for itself and the others. */
export type StreamLeader = {
  want(tab: string, want: StreamQuestion): void;
  bye(tab: string): void;
  callRoll(): void;
};

export function createStreamLeader(
  ports: HubPorts,
  deliver: (message: LiveMessage, runs: readonly number[]) => void,
): StreamLeader {
  const wants = new Map<string, { runs: readonly number[]; missed: number }>();
  let covered: readonly number[] = [];
  let cursor = 0;
  let state: ConnectionState = 'connecting';
  let stamp: string | null = null;
  let close: (() => void) | null = null;

  function open(after: number): void {
    close?.();
    close = null;
    covered = [...new Set([...wants.values()].flatMap(({ runs }) => runs))].toSorted((a, b) => a - b);
    if (covered.length === 0) return;
    cursor = after;
    const runs = covered;
    close = ports.openStream({ runs, after }, (message) => {
      if (message.kind === 'event') cursor = Math.max(cursor, message.event.seq);
      if (message.kind === 'reset') cursor = message.seq;
      if (message.kind === 'connection') state = message.state;
      if (message.kind === 'recipes') stamp = message.stamp;
      deliver(message, runs);
    });
  }

  return {
    want(tab, { runs, after }) {
      wants.set(tab, { runs, missed: 0 });
      const isCovered = runs.every((run) => covered.includes(run));
      if (close === null) open(after);
      else if (!isCovered || after < cursor) open(Math.min(after, cursor));
      else if (tab !== ports.tab) {
        deliver({ kind: 'connection', state }, covered);
        if (stamp !== null) deliver({ kind: 'recipes', stamp }, covered);
      }
    },
    bye(tab) {
      // Too wide a stream does no harm; it narrows with the next change. One that nobody wants is closed.
      wants.delete(tab);
      if (wants.size === 0) open(cursor);
    },
    callRoll() {
      for (const [tab, want] of wants) {
        if (want.missed >= MISSED_CALLS) this.bye(tab);
        else wants.set(tab, { ...want, missed: want.missed + 1 });
      }
      ports.channel.post({ type: 'roll-call' });
    },
  };
}
