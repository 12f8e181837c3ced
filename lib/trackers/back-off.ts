const FIRST_MS = 1000;
const LONGEST_MS = 60_000;

/** Pauses between attempts, each twice the one before it. */
export function createBackOff(firstMs = FIRST_MS): { next(): number; reset(): void } {
  let pause = firstMs;
  return {
    next: () => {
      const now = pause;
      pause = Math.min(LONGEST_MS, pause * 2);
      return now;
    },
    reset: () => {
      pause = firstMs;
    },
  };
}
