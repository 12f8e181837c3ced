import { SingleBar } from 'cli-progress';
import type { CliIo } from './cli-io';

/** Below this the work is done before a bar could be read. */
const WORTH_SHOWING_MS = 1000;

export type ReadingBar = { show(share: number): void; finish(): void };

/** How far the files of a variant have been read, on a terminal; nothing elsewhere. */
export function createReadingBar(io: CliIo, entry: string, now: () => number = Date.now): ReadingBar {
  if (!io.isTerminal) return { show: () => undefined, finish: () => undefined };
  const bar = new SingleBar({
    format: `{bar} {percentage} % · reading the data of ${entry}`,
    barCompleteChar: '━',
    barIncompleteChar: '─',
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
  });
  const started = now();
  let isShown = false;
  return {
    show: (share) => {
      if (!isShown && now() - started < WORTH_SHOWING_MS) return;
      if (!isShown) bar.start(1000, 0);
      isShown = true;
      bar.update(Math.round(share * 1000));
    },
    finish: () => {
      if (isShown) bar.stop();
    },
  };
}
