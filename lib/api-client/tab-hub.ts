import type { Run } from '@/lib/domain/run';
import type { RunEvent } from '@/lib/domain/run-event';
import { createStreamLeader, type StreamLeader } from './stream-leader';

/** Stands among the runs that a tab follows for the recipes folder; no run has this number. */
export const RECIPES_TOPIC = 0;

export type ConnectionState = 'connecting' | 'open' | 'retrying';

/** What the stream brings, in its order. */
export type LiveMessage =
  | { readonly kind: 'event'; readonly event: RunEvent }
  | { readonly kind: 'run'; readonly run: Run }
  /** The store is another one than before: forget what was read. `seq` = where to go on. */
  | { readonly kind: 'reset'; readonly seq: number }
  | { readonly kind: 'connection'; readonly state: ConnectionState }
  /** The recipes folder is in another state than when the last stamp came. */
  | { readonly kind: 'recipes'; readonly stamp: string };

export type TabMessage =
  | { readonly type: 'want'; readonly tab: string; readonly runs: readonly number[]; readonly after: number }
  | { readonly type: 'bye'; readonly tab: string }
  /** A leader asks who is there. */
  | { readonly type: 'roll-call' }
  /** `runs` = all that the leader's stream covers. */
  | { readonly type: 'live'; readonly runs: readonly number[]; readonly message: LiveMessage };

export type StreamQuestion = { readonly runs: readonly number[]; readonly after: number };

/** The outside of a hub: the browser gives the real ones, a test its own. */
export type HubPorts = {
  readonly tab: string;
  readonly channel: {
    post(message: TabMessage): void;
    listen(listener: (message: TabMessage) => void): void;
  };
  /** Calls `lead` once this tab is the only leader; it leads for as long as the tab lives. */
  becomeLeader(lead: () => void): void;
  /** Opens the one stream; the returned function closes it. */
  openStream(question: StreamQuestion, onMessage: (message: LiveMessage) => void): () => void;
  /** Calls back now and then, for the roll-call. */
  everyNowAndThen(callback: () => void): void;
};

export type TabHub = {
  /** Asks for what `runs` say after `seq`, until the returned function is called. */
  follow(runs: readonly number[], after: number): () => void;
  /** Says good-bye to the other tabs. */
  leave(): void;
};

/**
 * Lets all tabs of a browser share one stream: browsers allow six connections per host, and a stream holds one for
 * good. One tab leads and holds the stream for the union of what the tabs want; the others get what it gets. When the
 * leader goes, the next one asks who is there and goes on from the oldest place that anybody still needs. Replays are
 * harmless (events are numbered), so the hub errs on the side of asking for too much.
 */
export function createTabHub(ports: HubPorts, onMessage: (message: LiveMessage) => void): TabHub {
  const following = new Map<number, number>();
  let cursor = 0;
  let leader: StreamLeader | null = null;
  let isStanding = false;

  function receive(message: LiveMessage, covered: readonly number[]): void {
    if (message.kind === 'reset') cursor = message.seq;
    if (message.kind === 'event') {
      // A stream that does not yet cover all of this tab's runs may have skipped events of theirs.
      const isComplete = [...following.keys()].every((run) => covered.includes(run));
      if (isComplete) cursor = Math.max(cursor, message.event.seq);
      if (!following.has(message.event.runId)) return;
    }
    if (message.kind === 'recipes' && !following.has(RECIPES_TOPIC)) return;
    if (message.kind === 'run' && !following.has(message.run.id)) return;
    onMessage(message);
  }

  function announce(): void {
    if (following.size === 0) return;
    const runs = [...following.keys()];
    leader?.want(ports.tab, { runs, after: cursor });
    ports.channel.post({ type: 'want', tab: ports.tab, runs, after: cursor });
  }

  function lead(): void {
    leader = createStreamLeader(ports, (message, runs) => {
      ports.channel.post({ type: 'live', runs, message });
      receive(message, runs);
    });
    announce();
    ports.channel.post({ type: 'roll-call' });
    ports.everyNowAndThen(() => {
      leader?.callRoll();
      announce();
    });
  }

  function leave(): void {
    leader?.bye(ports.tab);
    ports.channel.post({ type: 'bye', tab: ports.tab });
  }

  ports.channel.listen((message) => {
    if (message.type === 'want') leader?.want(message.tab, { runs: message.runs, after: message.after });
    else if (message.type === 'bye') leader?.bye(message.tab);
    else if (message.type === 'roll-call') announce();
    else receive(message.message, message.runs);
  });

  return {
    follow(runs, after) {
      cursor = following.size === 0 ? after : Math.min(cursor, after);
      for (const run of runs) following.set(run, (following.get(run) ?? 0) + 1);
      announce();
      if (!isStanding) ports.becomeLeader(lead);
      isStanding = true;
      return () => {
        release(following, runs);
        if (following.size > 0) announce();
        else leave();
      };
    },
    leave,
  };
}

function release(following: Map<number, number>, runs: readonly number[]): void {
  for (const run of runs) {
    const left = (following.get(run) ?? 1) - 1;
    if (left > 0) following.set(run, left);
    else following.delete(run);
  }
}
