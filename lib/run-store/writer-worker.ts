import { parentPort, workerData } from 'node:worker_threads';
import { openConnection } from '@/lib/db/connection';
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
    const loop = await createCommitLoop({ connection, attempt, say });
    port.on('message', (message) => loop.hear(ToWriter.parse(message)));
    say({ type: 'committed', last: 0 });
    await loop.ended;
    await connection.close();
  } catch (error) {
    say({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
  port.close();
}

await main();
