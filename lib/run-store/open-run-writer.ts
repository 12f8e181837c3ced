import { Worker } from 'node:worker_threads';
import type { Attempt, CommandKind } from '@/lib/domain/run';
import { AppError } from '@/lib/shared/app-error';
import type { RunWriter } from './run-writer';
import { createWriteBuffer, type WriteBuffer } from './write-buffer';
import { createSeriesNames, eventOperation, sizeOf, trajectoriesOperation } from './write-operations';
import { FromWriter, type ToWriter, type WriteOperation } from './writer-messages';

export type RunWriterOptions = {
  readonly databaseUrl: string;
  /** From `claimRun`: this process life is the owner; a later claim shuts the writer out. */
  readonly attempt: Attempt;
  /** Bundle of `writer-worker.ts`; by default beside the bundle of the process. */
  readonly workerUrl?: URL;
  readonly now?: () => number;
  /** What may wait for the disk, in characters of JSON. */
  readonly maxWaiting?: number;
};

/** Often enough that one missed heartbeat means nothing to those who look for lost runs. */
const HEARTBEAT_MS = 1000;

/** A burst begins to be written while it is still being said. */
const MAX_PER_MESSAGE = 1000;

const DEFAULT_WORKER = '../run-store/writer-worker.mjs';

/** Opens the one writer of a run. Rejects with `AppError('storage')` when the store cannot be opened. */
export async function openRunWriter(options: RunWriterOptions): Promise<RunWriter> {
  const { databaseUrl, attempt } = options;
  const worker = new Worker(options.workerUrl ?? new URL(DEFAULT_WORKER, import.meta.url), {
    workerData: { databaseUrl, attempt },
  });
  const buffer = createWriteBuffer(options.maxWaiting);
  const heard = listen(worker, buffer);
  try {
    await heard.ready;
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  return createRunWriter({ worker, buffer, heard, attempt, now: options.now ?? Date.now });
}

type Heard = {
  /** The worker's first acknowledgement. */
  readonly ready: Promise<void>;
  /** The thread's end, however it comes. */
  readonly ended: Promise<void>;
  readonly commands: CommandKind[];
  onCommand: (kind: CommandKind) => void;
  onTrouble: (message: string) => void;
};

function listen(worker: Worker, buffer: WriteBuffer): Heard {
  const heard: Heard = {
    ready: new Promise((resolve, reject) => {
      worker.once('message', (message) => {
        const first = FromWriter.parse(message);
        if (first.type === 'failed') reject(new AppError(first.code, first.message));
        else resolve();
      });
      worker.once('error', reject);
    }),
    ended: new Promise((resolve) => {
      worker.once('exit', () => resolve());
    }),
    commands: [],
    onCommand: (kind) => void heard.commands.push(kind),
    onTrouble: () => undefined,
  };
  const fail = (error: Error): void => {
    buffer.fail(error);
    heard.onTrouble(error.message);
  };
  worker.on('message', (message) => {
    const said = FromWriter.parse(message);
    if (said.type === 'committed') buffer.committed(said.last);
    else if (said.type === 'command') heard.onCommand(said.kind);
    else if (said.type === 'trouble') heard.onTrouble(said.message);
    else fail(new AppError(said.code, said.message));
  });
  worker.on('error', fail);
  worker.on('exit', () => buffer.fail(new AppError('storage', 'The writer of this run has ended.')));
  return heard;
}

type Parts = {
  readonly worker: Worker;
  readonly buffer: WriteBuffer;
  readonly heard: Heard;
  readonly attempt: Attempt;
  readonly now: () => number;
};

function createRunWriter({ worker, buffer, heard, attempt, now }: Parts): RunWriter {
  const post = (message: ToWriter): void => worker.postMessage(message);
  const namesOf = createSeriesNames();
  let outbox: WriteOperation[] = [];
  const send = (): void => {
    if (outbox.length > 0) post({ type: 'write', operations: outbox, last: buffer.last });
    outbox = [];
  };
  const write = (operation: WriteOperation): void => {
    buffer.add(sizeOf(operation));
    const waiting = outbox.push(operation);
    // One message per turn of the event loop, whatever a step has to say.
    if (waiting === 1) setImmediate(send);
    if (waiting === MAX_PER_MESSAGE) send();
  };
  // Sent from here and not made in the worker, so that a run that hangs falls silent.
  const beat = setInterval(() => post({ type: 'beat', time: now() }), HEARTBEAT_MS);
  beat.unref();
  const flush = (): Promise<void> => {
    send();
    post({ type: 'hurry' });
    return buffer.wait('empty');
  };

  return {
    attempt,
    append: (event) => write(eventOperation(event, now(), namesOf)),
    trajectories: (step, batch) => write(trajectoriesOperation(step, batch, now())),
    progress: (progress) => write({ type: 'progress', time: now(), ...progress }),
    checkpoint: ({ step, path, bytes, kept }) =>
      write({ type: 'checkpoint', time: now(), step, path, bytes, kept: [...kept] }),
    status: (status, reason) => write({ type: 'status', time: now(), status, reason }),
    reason: (reason) => write({ type: 'reason', time: now(), reason }),
    onCommand: (listener) => {
      heard.onCommand = listener;
      for (const kind of heard.commands.splice(0)) listener(kind);
    },
    onTrouble: (listener) => {
      heard.onTrouble = listener;
    },
    flush,
    drained: () => buffer.wait('little'),
    close: async () => {
      try {
        await flush();
      } finally {
        clearInterval(beat);
        post({ type: 'close' });
        await heard.ended;
      }
    },
  };
}
