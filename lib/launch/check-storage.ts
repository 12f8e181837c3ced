import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { formatBytes } from '@/lib/charts/format-time';
import type { Env } from '@/lib/env';
import { processBundle } from '@/lib/shared/process-bundle';
import type { PreflightCheck } from './launch';

/** A run of the shipped recipes writes some 50 MB; below this a checkpoint may not fit. */
const REFUSED_BELOW_BYTES = 200e6;
const WARNED_BELOW_BYTES = 1e9;

/** The data folder can be written and has room. */
export async function checkStorage(env: Env): Promise<PreflightCheck> {
  const check = { id: 'storage', title: 'Data folder', path: null };
  const probe = path.join(env.dataDir, `.probe-${randomUUID()}`);
  try {
    await mkdir(env.dataDir, { recursive: true });
    await writeFile(probe, 'galley');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const detail = `${env.dataDir} cannot be written (${why}). Make room, give this account write access, or set GALLEY_DATA_DIR to another folder.`;
    return { ...check, status: 'failed', detail };
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
  const { bavail, bsize } = await statfs(env.dataDir);
  const free = bavail * bsize;
  const room = `${formatBytes(free)} free in ${env.dataDir}`;
  if (free < REFUSED_BELOW_BYTES) {
    const detail = `Only ${room}; a run needs at least ${formatBytes(REFUSED_BELOW_BYTES)}. Make room or set GALLEY_DATA_DIR to another disk.`;
    return { ...check, status: 'failed', detail };
  }
  if (free < WARNED_BELOW_BYTES) {
    return { ...check, status: 'warning', detail: `${room}: enough for small runs only.` };
  }
  return { ...check, status: 'passed', detail: `${room}.` };
}

/** The processes that a run needs have been built. */
export function checkProcesses(env: Env): PreflightCheck {
  const bundle = processBundle(env.root, 'orchestrator/main');
  const check = { id: 'processes', title: 'Run process', path: null };
  return existsSync(bundle)
    ? { ...check, status: 'passed', detail: 'The run process is built.' }
    : { ...check, status: 'failed', detail: `${bundle} does not exist. Build it with npm run build.` };
}
