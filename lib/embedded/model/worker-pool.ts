import { Worker } from 'node:worker_threads';
import { sharedInts } from './batch';
import type { EngineOptions } from './engine';
import type { Job, WorkerStart } from './jobs';
import { findWorkerProgram, type WorkerProgram } from './model-files';

/** Threads that work on one model's memory. */
export type WorkerPool = {
  /** Resolves when every unit of the job is done. One job at a time. */
  run(job: Job): Promise<void>;
  close(): Promise<void>;
};

export async function createWorkerPool(options: Omit<EngineOptions, 'thread'>): Promise<WorkerPool> {
  const claims = sharedInts(1);
  const program = await findWorkerProgram();
  const workers = Array.from({ length: options.threads }, (_, thread) =>
    startWorker(program, { ...options, thread, claims }),
  );
  // a thread that died stays dead: the message of its end answers every later call
  let broken: Error | null = null;
  for (const worker of workers) {
    worker.on('error', (error) => {
      broken = error;
    });
  }
  return {
    async run(job) {
      if (broken) throw broken;
      claims[0] = 0;
      const results = await Promise.allSettled(workers.map((worker) => callWorker(worker, job)));
      const failure = results.find((result) => result.status === 'rejected');
      if (failure) throw failure.reason;
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function startWorker(program: WorkerProgram, start: WorkerStart): Worker {
  const worker = 'url' in program ? new Worker(program.url) : new Worker(program.code, { eval: true });
  worker.postMessage(start);
  return worker;
}

function callWorker(worker: Worker, job: Job): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      worker.off('message', onMessage);
      worker.off('error', onError);
      worker.off('exit', onExit);
    };
    const onMessage = (problem: string | null): void => {
      settle();
      if (problem === null) resolve();
      else reject(new Error(`A compute thread of the embedded learner failed: ${problem}`));
    };
    const onError = (error: Error): void => {
      settle();
      reject(error);
    };
    const onExit = (): void => {
      settle();
      reject(new Error('A compute thread of the embedded learner ended.'));
    };
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.on('exit', onExit);
    worker.postMessage(job);
  });
}
