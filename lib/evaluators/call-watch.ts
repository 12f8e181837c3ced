import { Worker } from 'node:worker_threads';

/** Knows which call holds the main thread, for a second thread that can speak when the first cannot. */
export type CallWatch = {
  enter(id: number): void;
  leave(): void;
  /** The call that holds the main thread. */
  current(): number | null;
};

const NOBODY = -1n;

// Runs beside the evaluator. It tells of a call that does not return, and ends the process when its parent is gone:
// an evaluator in an endless loop would otherwise outlive the run process.
const WATCHER = `
  const { writeSync } = require('node:fs');
  const { workerData: { shared, descriptor, timeoutMs, parent } } = require('node:worker_threads');
  const cells = new BigInt64Array(shared);
  let told = -1n;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
    const id = Atomics.load(cells, 0);
    const since = Atomics.load(cells, 1);
    if (id < 0n || id === told || process.hrtime.bigint() - since < BigInt(timeoutMs) * 1000000n) return;
    told = id;
    writeSync(descriptor, JSON.stringify({ kind: 'overdue', id: Number(id) }) + '\\n');
  }, Math.max(10, Math.min(250, timeoutMs / 10)));
`;

export function startCallWatch(options: {
  readonly timeoutMs: number;
  readonly descriptor: number;
}): CallWatch {
  const shared = new SharedArrayBuffer(16);
  const cells = new BigInt64Array(shared);
  cells[0] = NOBODY;
  const workerData = { ...options, timeoutMs: Math.ceil(options.timeoutMs), shared, parent: process.ppid };
  new Worker(WATCHER, { eval: true, workerData }).unref();
  return {
    enter: (id) => {
      Atomics.store(cells, 1, process.hrtime.bigint());
      Atomics.store(cells, 0, BigInt(id));
    },
    leave: () => void Atomics.store(cells, 0, NOBODY),
    current: () => {
      const id = Number(Atomics.load(cells, 0));
      return id < 0 ? null : id;
    },
  };
}
