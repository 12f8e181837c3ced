import { spawn } from 'node:child_process';
import { mkdirSync, openSync, closeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isActive, type Run, type RunId } from '@/lib/domain/run';
import { childEnvironment, type Env, SCRIPT_NAMES_VARIABLE, SECRET_NAMES_VARIABLE } from '@/lib/env';
import type { RunStore } from '@/lib/run-store/run-store';
import type { RunEnvironment } from './run-environment';
import { processBundle } from '@/lib/shared/process-bundle';

const LOG_TAIL = 2_000;
/** Silence after which a run's process counts as gone although its pid lives: fifteen heartbeats missed in a row. */
export const LOST_AFTER_MS = 15_000;

/** Where everything goes that a run process prints outside the store; the last resort when it dies at once. */
export function runLogFile(env: Env, id: RunId): string {
  return path.join(env.dataDir, 'logs', `run-${id}.log`);
}

type SpawnDeps = {
  readonly env: Env;
  readonly runStore: RunStore;
  /** What the run's process gets besides Galley's own settings; by default what this process has. */
  readonly environment?: RunEnvironment;
};

/**
 * Starts the run process in a session of its own, so that it outlives this process and its terminal. A process that
 * ends before it has claimed the run fails it with what it said; one that ends later is noticed by its pid. Resolves
 * when the process has ended, for which nobody needs to wait.
 */
export async function spawnRun(
  { env, runStore, environment }: SpawnDeps,
  { id, attempt }: Run,
): Promise<void> {
  const logFile = runLogFile(env, id);
  const how = await runProcess({ env, environment }, id, logFile).catch((error: unknown) => {
    return `could not be started: ${error instanceof Error ? error.message : String(error)}`;
  });
  await settle(runStore, { id, attempt }, { how, logFile });
}

/** How the process ended, in words. */
async function runProcess(
  { env, environment }: { readonly env: Env; readonly environment: RunEnvironment | undefined },
  id: RunId,
  logFile: string,
): Promise<string> {
  mkdirSync(path.dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, [processBundle(env.root, 'orchestrator/main'), '--run', String(id)], {
    cwd: env.root,
    env: runVariables(env, environment),
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  return new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(`ended with ${signal ?? `code ${code ?? 0}`}`));
    child.unref();
  });
}

/** Secrets travel in the process environment, which only the owner can read; nothing of it is on the command line. */
function runVariables(env: Env, environment: RunEnvironment | undefined): NodeJS.ProcessEnv {
  if (environment === undefined) return childEnvironment(env);
  return {
    ...childEnvironment(env, environment.values),
    [SECRET_NAMES_VARIABLE]: environment.secrets.join(','),
    [SCRIPT_NAMES_VARIABLE]: environment.fromScript.join(','),
  };
}

async function settle(
  runStore: RunStore,
  { id, attempt }: Pick<Run, 'id' | 'attempt'>,
  end: { readonly how: string; readonly logFile: string },
): Promise<void> {
  // our own store may be closed by now, and somebody may have stopped the run: both stand
  const run = await runStore.get(id).catch(() => null);
  if (run === null) return;
  if (isActive(run.status)) await runStore.markLost(LOST_AFTER_MS).catch(() => undefined);
  // a process that did its work and ends while somebody resumes the run has taken it: the attempt has counted up
  if (run.status !== 'queued' || run.attempt !== attempt) return;
  const said = (await readFile(end.logFile, 'utf8').catch(() => '')).slice(-LOG_TAIL).trim();
  const reason = `The run process ${end.how} before it took the run.${said === '' ? '' : ` It said: ${said}`} Its log is ${end.logFile}.`;
  await runStore.transition(id, 'failed', reason).catch(() => undefined);
}
