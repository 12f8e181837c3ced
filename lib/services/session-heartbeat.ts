export type Heartbeat = {
  /** Ends the signs of life before, if there are any. */
  start(beat: () => Promise<unknown>): void;
  stop(): void;
};

export type HeartbeatOptions = { readonly everyMs: number; readonly onMessage: (message: string) => void };

/** Signs of life of a session. One that fails is only told: the next call that matters fails too, and can tell the run. */
export function createHeartbeat({ everyMs, onMessage }: HeartbeatOptions): Heartbeat {
  let timer: NodeJS.Timeout | null = null;
  const stop = (): void => {
    if (timer !== null) clearInterval(timer);
    timer = null;
  };
  return {
    stop,
    start(beat) {
      stop();
      timer = setInterval(() => {
        beat().catch((error: unknown) => onMessage(error instanceof Error ? error.message : String(error)));
      }, everyMs);
      timer.unref();
    },
  };
}
