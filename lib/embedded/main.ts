import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { readEnv } from '@/lib/env';
import { buildOf } from '@/lib/services/embedded/ensure-running';
import { outliveOutput } from '@/lib/shared/outlive-output';
import { serveEmbedded } from './serve-embedded';

// The embedded service as a process. Whoever needs it first starts it, detached, with these arguments and an empty
// environment (lib/services/embedded/ensure-running.ts); a person may start it by hand.

const milliseconds = z.coerce.number().int().positive().optional();
const Arguments = z.object({
  'data-dir': z.string().optional(),
  root: z.string().optional(),
  threads: z.coerce.number().int().min(1).max(64).optional(),
  'idle-ms': milliseconds,
  'lease-ms': milliseconds,
});

function log(message: string): void {
  process.stdout.write(`${new Date().toISOString()} embedded[${process.pid}] ${message}\n`);
}

async function main(): Promise<void> {
  const names = ['data-dir', 'root', 'threads', 'idle-ms', 'lease-ms'] as const;
  const { values } = parseArgs({
    options: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
  });
  const { root, threads, ...given } = Arguments.parse(values);
  const dataDir = given['data-dir'] ?? readEnv().dataDir;
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  // the folder of its starter may be deleted under it; its own paths are absolute
  if (root !== undefined) process.chdir(root);
  const { reason } = await serveEmbedded(
    {
      dataDir,
      build: await buildOf(fileURLToPath(import.meta.url)),
      log,
      ...(threads === undefined ? {} : { threads }),
      ...(given['idle-ms'] === undefined ? {} : { idleMs: given['idle-ms'] }),
      ...(given['lease-ms'] === undefined ? {} : { leaseMs: given['lease-ms'] }),
    },
    stop.signal,
  );
  log(`ended: ${reason}`);
}

outliveOutput();
main().then(
  () => process.exit(0),
  (error: unknown) => {
    log(`failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    process.exit(1);
  },
);
