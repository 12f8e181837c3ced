import { parentPort } from 'node:worker_threads';
import { createEngine } from './engine';
import { type Job, runJob, type WorkerStart } from './jobs';

// Entry of a compute thread. It talks only to worker-pool.ts of the same build: a start message, then jobs, each
// answered by null or by what went wrong.
parentPort?.once('message', (start: WorkerStart) => {
  const engine = createEngine(start);
  parentPort?.on('message', (job: Job) => {
    parentPort?.postMessage(attempt(() => runJob(engine, job, start)));
  });
});

function attempt(work: () => void): string | null {
  try {
    work();
    return null;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}
