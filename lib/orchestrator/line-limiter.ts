export type LineLimiter = {
  /** Passes the line on, or counts it when too many came in this window. */
  add(line: string): void;
};

export type LineLimiterOptions = {
  readonly perWindow: number;
  readonly windowMs: number;
  /** Milliseconds of a steady clock. */
  readonly now: () => number;
  readonly onLine: (line: string) => void;
};

/** A print in a recipe's inner loop must not bury the log. What is left out is counted and said with the next line that passes. */
export function createLineLimiter(options: LineLimiterOptions): LineLimiter {
  let windowStart = -Infinity;
  let passed = 0;
  let dropped = 0;
  return {
    add: (line) => {
      if (options.now() - windowStart >= options.windowMs) {
        if (dropped > 0) options.onLine(`… ${dropped} more lines were left out`);
        windowStart = options.now();
        passed = 0;
        dropped = 0;
      }
      if (passed < options.perWindow) {
        passed += 1;
        options.onLine(line);
      } else dropped += 1;
    },
  };
}
