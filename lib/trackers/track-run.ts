import type { RunStatus } from '@/lib/domain/run';
import type { RunWriter } from '@/lib/run-store/run-writer';
import type { Feed } from './create-feed';
import type { TrackedEnd } from './tracker';

/** The trackers of a run. None of its calls waits or throws, but `close`, which waits a moment. */
export type RunTrackers = {
  /** The same writer, overheard. */
  overhear(writer: RunWriter): RunWriter;
  /** What people should know of a tracker; lines of before are not lost. */
  onTrouble(listener: (line: string) => void): void;
  /** Tells how the run ended, as the writer was told. */
  close(): Promise<void>;
};

export const NO_TRACKERS: RunTrackers = {
  overhear: (writer) => writer,
  onTrouble: () => undefined,
  close: () => Promise.resolve(),
};

/** Whatever the run writes down of its metrics, every feed gets. */
export function trackRun(
  open: (say: (line: string) => void) => readonly Feed[],
  now: () => number = Date.now,
): RunTrackers {
  const lines: string[] = [];
  let say = (line: string): void => void lines.push(line);
  const feeds = open((line) => say(line));
  // a process that ends without a word has failed
  let end: TrackedEnd = 'failed';
  return {
    overhear: (writer) => ({
      ...writer,
      append: (event) => {
        writer.append(event);
        if (event.kind !== 'metrics') return;
        const point = { step: event.step, time: now(), values: event.values };
        for (const feed of feeds) feed.post(point);
      },
      status: (status, reason) => {
        writer.status(status, reason);
        end = endOf(status) ?? end;
      },
    }),
    onTrouble: (listener) => {
      say = listener;
      for (const line of lines.splice(0)) listener(line);
    },
    close: async () => {
      await Promise.all(feeds.map((feed) => feed.close(end)));
    },
  };
}

function endOf(status: RunStatus): TrackedEnd | null {
  return status === 'succeeded' || status === 'stopped' || status === 'failed' ? status : null;
}
