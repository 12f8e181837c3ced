import type { TrackedPoint } from './tracker';

/** Steps that are handed over at once. */
const BATCH = 50;

/** Points that wait for a tracker, in order. When there are too many, the oldest are dropped and counted. */
export type PointQueue = {
  push(point: TrackedPoint): void;
  /** The next points; the same again until they were taken. */
  next(): readonly TrackedPoint[];
  taken(): void;
  isEmpty(): boolean;
  /** Points that were dropped, or still wait. */
  missed(): number;
};

export function createPointQueue(maxWaiting: number): PointQueue {
  const waiting: TrackedPoint[] = [];
  let handed: readonly TrackedPoint[] = [];
  let dropped = 0;
  return {
    push: (point) => {
      waiting.push(point);
      if (waiting.length <= maxWaiting) return;
      waiting.shift();
      dropped += 1;
    },
    next: () => {
      if (handed.length === 0) handed = waiting.splice(0, BATCH);
      return handed;
    },
    taken: () => {
      handed = [];
    },
    isEmpty: () => waiting.length + handed.length === 0,
    missed: () => dropped + waiting.length + handed.length,
  };
}
