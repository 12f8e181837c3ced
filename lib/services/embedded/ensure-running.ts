import { spawn } from 'node:child_process';
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processBundle } from '@/lib/shared/process-bundle';
import { ServiceError } from '../service-error';
import { createNativeClient, type NativeClient } from './native-client';
import { NATIVE_VERSION } from './native-wire';
import { readServiceRecord, serviceLogPath, serviceRecordPath } from './service-record';

export type ServiceLocation = {
  readonly dataDir: string;
  /** Root of the Galley that runs: the service's bundle lies below it. */
  readonly root: string;
  /** The bundle to start; by default the one that `npm start` builds. */
  readonly bundle?: string;
  /** Further arguments of the service process, e.g. `--idle-ms 1000`. */
  readonly serviceArguments?: readonly string[];
  /** How long a start may take. */
  readonly startTimeoutMs?: number;
};

/** A cold start takes 0.3 s; on a machine that is busy building, seconds. */
const START_TIMEOUT_MS = 30_000;
const POLL_MS = 20;
const LOG_ROTATE_BYTES = 5 * 1024 * 1024;
const LOG_TAIL_CHARACTERS = 1500;

/** The running service of the data folder, started first (detached, it outlives this process) when there is none. */
export async function ensureRunning(location: ServiceLocation, signal: AbortSignal): Promise<NativeClient> {
  const bundle = location.bundle ?? processBundle(location.root, 'embedded/main');
  const build = await buildOf(bundle);
  const deadline = Date.now() + (location.startTimeoutMs ?? START_TIMEOUT_MS);
  let starting: StartedProcess | null = null;
  for (;;) {
    const client = await findRunning(location.dataDir, signal);
    if (client !== null) {
      if (await isUsable(client, build, signal)) return client;
      client.close();
    } else {
      if (starting === null || starting.exitCode() === 0) starting = await start(location, bundle);
      const code = starting.exitCode();
      if (code !== null && code !== 0)
        throw await startFailure(location.dataDir, `it ended with code ${code}`);
    }
    if (Date.now() > deadline) throw await startFailure(location.dataDir, 'it did not answer in time');
    await pause(signal);
  }
}

/** The service that is running now; null when none answers. */
export async function findRunning(dataDir: string, signal: AbortSignal): Promise<NativeClient | null> {
  const record = await readServiceRecord(serviceRecordPath(dataDir));
  if (record === null || !isAlive(record.pid)) return null;
  const client = createNativeClient(record);
  try {
    await client.health(signal);
    return client;
  } catch (error) {
    client.close();
    if (error instanceof ServiceError) return null;
    throw error;
  }
}

/** Identifies a bundle: a service of an older build that has nothing to do is replaced after an update. */
export async function buildOf(bundle: string): Promise<string> {
  try {
    const { mtimeMs, size } = await stat(bundle);
    return `${Math.round(mtimeMs)}-${size}`;
  } catch (error) {
    const message = `The embedded service is not built: ${bundle} is missing. Run "npm start" (or "node scripts/build-processes.mjs") first.`;
    throw new ServiceError('gone', message, { cause: error });
  }
}

async function isUsable(client: NativeClient, build: string, signal: AbortSignal): Promise<boolean> {
  const sameVersion = client.record.version === NATIVE_VERSION;
  if (sameVersion && client.record.build === build) return true;
  try {
    await client.shutdown(false, signal);
    return false;
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    if (error.kind === 'gone') return false;
    if (sameVersion) return true;
    const message = `An embedded service of another Galley version (process ${client.record.pid}) is training. Stop its runs, or wait for them, and try again.`;
    throw new ServiceError('rejected', message, { cause: error });
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, but belongs to somebody else
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

type StartedProcess = { readonly exitCode: () => number | null };

async function start(location: ServiceLocation, bundle: string): Promise<StartedProcess> {
  const logPath = serviceLogPath(location.dataDir);
  await mkdir(path.dirname(logPath), { recursive: true });
  await rotate(logPath);
  const log = await open(logPath, 'a', 0o600);
  try {
    const places = ['--data-dir', location.dataDir, '--root', location.root];
    const child = spawn(process.execPath, [bundle, ...places, ...(location.serviceArguments ?? [])], {
      detached: true,
      cwd: location.root,
      stdio: ['ignore', log.fd, log.fd],
      // it needs nothing of the environment, so the keys and tokens of its starter never reach it
      env: { NODE_ENV: 'production' },
    });
    let exitCode: number | null = null;
    child.on('exit', (code) => (exitCode = code ?? 1));
    child.on('error', () => (exitCode = 1));
    child.unref();
    return { exitCode: () => exitCode };
  } finally {
    await log.close();
  }
}

async function rotate(logPath: string): Promise<void> {
  const size = await stat(logPath).then(
    (found) => found.size,
    () => 0,
  );
  if (size > LOG_ROTATE_BYTES) await rename(logPath, `${logPath}.1`);
}

async function startFailure(dataDir: string, what: string): Promise<ServiceError> {
  const logPath = serviceLogPath(dataDir);
  const log = await readFile(logPath, 'utf8').catch(() => '');
  const tail = log.slice(-LOG_TAIL_CHARACTERS).trim();
  const message = `The embedded service could not be started: ${what}. Its log is ${logPath}${tail === '' ? '' : `; the end of it:\n${tail}`}`;
  return new ServiceError('gone', message);
}

async function pause(signal: AbortSignal): Promise<void> {
  await delay(POLL_MS);
  signal.throwIfAborted();
}
