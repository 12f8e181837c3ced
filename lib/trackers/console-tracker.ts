import type { Tracker } from './tracker';

/** A line per step, finite numbers with three decimals, as the reference framework prints them. */
export function createConsoleTracker(print: (line: string) => void): Tracker {
  return {
    name: 'console',
    open: () => Promise.resolve(),
    log: (points) => {
      for (const { step, values } of points) {
        const parts = Object.entries(values).map(([key, value]) => `${key}:${value.toFixed(3)}`);
        print([`step:${step}`, ...parts].join(' - '));
      }
      return Promise.resolve();
    },
    end: () => Promise.resolve(),
    close: () => undefined,
  };
}
