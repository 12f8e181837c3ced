import { parentPort, workerData } from 'node:worker_threads';
import { openConnection } from '@/lib/db/connection';
import { AppError } from '@/lib/shared/app-error';
import { createCommitLoop } from './commit-loop';
import { type FromWriter, ToWriter, WriterData } from './writer-messages';

/** Entry of the writing thread: a wait for the database's lock blocks this thread and never the run. */
async function main(): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('writer-worker.ts runs in a worker thread only');
  const { databaseUrl, attempt } = WriterData.parse(workerData);
  const say = (message: FromWriter): void => port.postMessage(message);
  try {
    const connection = await openConnection(databaseUrl);
    const loop = createCommitLoop({ connection, attempt, say });
    port.on('message', (message) => loop.hear(ToWriter.parse(message)));
    say({ type: 'committed', last: 0 });
    await loop.ended;
    await connection.close();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const code = error instanceof AppError && error.code === 'conflict' ? 'conflict' : 'storage';
    say({ type: 'failed', code, message });
  }
  port.close();
}

await main();
