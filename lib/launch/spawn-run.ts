import { spawn } from 'node:child_process';
import { mkdirSync, openSync, closeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type RunId } from '@/lib/domain/run';
import { childEnvironment, type Env } from '@/lib/env';
import { type RunStore } from '@/lib/run-store/run-store';
import { processBundle } from '@/lib/shared/process-bundle';

const LOG_TAIL = 2_000;

/** Where everything goes that a run process prints outside the store; the last resort when it dies at once. */
export function runLogFile(env: Env, id: RunId): string {
  return path.join(env.dataDir, 'logs', `run-${id}.log`);
}

/**
 * Starts the run process in a session of its own, so that it outlives this process and its terminal. A process that
 * ends before it has claimed the run fails it with what it said; one that ends later is noticed by its pid.
 */
export function spawnRun(
  { env, runStore }: { readonly env: Env; readonly runStore: RunStore },
  id: RunId,
): void {
  const logFile = runLogFile(env, id);
  mkdirSync(path.dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, [processBundle(env.root, 'orchestrator/main'), '--run', String(id)], {
    cwd: env.root,
    env: childEnvironment(env),
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const settle = (how: string) => void failIfUnclaimed(runStore, id, { how, logFile });
  child.once('error', (error) => settle(`could not be started: ${error.message}`));
  child.once('exit', (code, signal) => settle(`ended with ${signal ?? `code ${code ?? 0}`}`));
  child.unref();
}

async function failIfUnclaimed(
  runStore: RunStore,
  id: RunId,
  end: { readonly how: string; readonly logFile: string },
): Promise<void> {
  const run = await runStore.get(id);
  if (run.status !== 'queued') return;
  const said = (await readFile(end.logFile, 'utf8').catch(() => '')).slice(-LOG_TAIL).trim();
  const reason = `The run process ${end.how} before it took the run.${said === '' ? '' : ` It said: ${said}`} Its log is ${end.logFile}.`;
  // Somebody may have stopped the run in between: then that stands.
  await runStore.transition(id, 'failed', reason).catch(() => undefined);
}
