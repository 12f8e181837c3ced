import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { readEnv } from '@/lib/env';
import { buildOf } from '@/lib/services/embedded/ensure-running';
import { outliveOutput } from '@/lib/shared/outlive-output';
import { serveEmbedded, type ServeOptions } from './serve-embedded';
import { weaverKey } from './protocols/weaver/weaver-key';
import { readTinkerKey } from './tinker-key';

// The embedded service as a process. Whoever needs it first starts it, detached, with these arguments and an empty
// environment (lib/services/embedded/ensure-running.ts); a person may start it by hand.

const milliseconds = z.coerce.number().int().positive().optional();
const Arguments = z.object({
  'data-dir': z.string().optional(),
  root: z.string().optional(),
  threads: z.coerce.number().int().min(1).max(64).optional(),
  'idle-ms': milliseconds,
  'lease-ms': milliseconds,
  /** Serve on this port until stopped, and say how to reach the Tinker API. */
  port: z.coerce.number().int().min(0).max(65_535).optional(),
  'stand-in': z.array(z.string().min(1)).default([]),
});

function log(message: string): void {
  process.stdout.write(`${new Date().toISOString()} embedded[${process.pid}] ${message}\n`);
}

const NAMES = ['data-dir', 'root', 'threads', 'idle-ms', 'lease-ms', 'port'] as const;
/** For ever, as far as a process is concerned. */
const NEVER_IDLE_MS = Number.MAX_SAFE_INTEGER;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      ...Object.fromEntries(NAMES.map((name) => [name, { type: 'string' as const }])),
      'stand-in': { type: 'string', multiple: true },
    },
  });
  const { root, threads, port, ...given } = Arguments.parse(values);
  const dataDir = given['data-dir'] ?? readEnv().dataDir;
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  // the folder of its starter may be deleted under it; its own paths are absolute
  if (root !== undefined) process.chdir(root);
  const { key, ...serving } = await servingOptions(port, dataDir);
  const { ended, reason } = await serveEmbedded(
    {
      dataDir,
      build: await buildOf(fileURLToPath(import.meta.url)),
      log,
      ...serving,
      ...(threads === undefined ? {} : { threads }),
      ...(given['idle-ms'] === undefined ? {} : { idleMs: given['idle-ms'] }),
      ...(given['lease-ms'] === undefined ? {} : { leaseMs: given['lease-ms'] }),
      tinker: { standIns: given['stand-in'], ...(key === undefined ? {} : { key }) },
    },
    stop.signal,
  );
  log(`ended: ${reason}`);
  if (ended === 'already-running' && port !== undefined) {
    throw new Error(
      `Another embedded service answers for ${dataDir}. It ends 60 s after its last run; wait for that, or choose another folder with GALLEY_DATA_DIR.`,
    );
  }
}

/** What a service is told that a person started for clients of their own; nothing without a port. */
async function servingOptions(
  port: number | undefined,
  dataDir: string,
): Promise<Pick<ServeOptions, 'port' | 'idleMs' | 'onReady'> & { readonly key?: string }> {
  if (port === undefined) return {};
  const key = await readTinkerKey(dataDir);
  return { port, idleMs: NEVER_IDLE_MS, key, onReady: (record) => explain(record.port, key) };
}

/** For the person at the terminal, who needs the key: it goes nowhere else. */
function explain(port: number, key: string): void {
  process.stdout.write(
    [
      '',
      "The embedded service speaks Tinker's API and OpenAI's here. Point a client at it with",
      `  export TINKER_BASE_URL=http://127.0.0.1:${port}`,
      `  export TINKER_API_KEY=${key}`,
      'or',
      `  export OPENAI_BASE_URL=http://127.0.0.1:${port}/v1`,
      `  export OPENAI_API_KEY=${key}`,
      "or, for Weaver's API, with",
      `  export WEAVER_BASE_URL=http://127.0.0.1:${port}/weaver`,
      `  export WEAVER_API_KEY=${weaverKey(key)}`,
      'Ctrl-C ends it.',
      '',
      '',
    ].join('\n'),
  );
}

outliveOutput();
main().then(
  () => process.exit(0),
  (error: unknown) => {
    log(`failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    process.exit(1);
  },
);
