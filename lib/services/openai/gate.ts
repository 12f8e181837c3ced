import { onAbort } from '@/lib/shared/on-abort';

/** Lets callers through, or holds them until it opens again. */
export type Gate = {
  pass(signal: AbortSignal): Promise<void>;
  /** Holds everybody until the function that is returned has been called as often. */
  close(): () => void;
  readonly isOpen: boolean;
};

export function createGate(): Gate {
  let closed = 0;
  const waiting = new Set<() => void>();
  return {
    get isOpen() {
      return closed === 0;
    },
    async pass(signal) {
      while (closed > 0) {
        signal.throwIfAborted();
        await new Promise<void>((resolve) => {
          const stopWaiting = onAbort(signal, go);
          function go(): void {
            waiting.delete(go);
            stopWaiting();
            resolve();
          }
          waiting.add(go);
        });
      }
      signal.throwIfAborted();
    },
    close() {
      closed += 1;
      let isDone = false;
      return () => {
        if (isDone) return;
        isDone = true;
        closed -= 1;
        if (closed === 0) for (const go of [...waiting]) go();
      };
    },
  };
}
