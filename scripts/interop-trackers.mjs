// Trackers as they are: a run written to MLflow's own server, and to wandb's own package without a network.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { ROOT } from './prepare.mjs';

const PACKAGES = ['mlflow==3.17.2', 'wandb==0.31.0'];
const INSTALL_LIMIT_MS = 600_000;
const START_LIMIT_MS = 120_000;
const BUNDLE = path.join(ROOT, '.galley-build/interop/open-trackers.mjs');
const RUN = {
  key: 'abcdefghijklmnopqrstu',
  project: 'interop',
  name: 'a run',
  tags: ['math', 'tinker'],
  config: { data: { seed: 3, files: ['a.jsonl'] } },
};
/** Steps of the first process; the second begins again at the last of them. */
const STEPS = 5;

/** Without Python or a package index nothing is counted, and a line says so. */
export async function runTrackerInterop(python) {
  const installed = python === null ? { reason: 'there is no Python 3.10 or newer' } : await install(python);
  if (typeof installed === 'string') return { ...(await checkTrackers(installed)), skipped: 0 };
  console.log(`\n  SKIPPED: the interop suite with trackers did not run, since ${installed.reason}.\n`);
  return { passed: 0, failed: 0, skipped: 0 };
}

/** The interpreter of a virtual environment that is kept between calls; or why there is none. */
async function install(python) {
  const folder = path.join(ROOT, '.galley-build/interop/trackers');
  const interpreter = path.join(folder, 'bin/python');
  const call = (command, args) => promisify(execFile)(command, args, { timeout: INSTALL_LIMIT_MS });
  const names = PACKAGES.map((wanted) => wanted.replace(/=.*/, '')).join(', ');
  try {
    await call(interpreter, ['-c', `import ${names}`]);
    return interpreter;
  } catch {
    // not there yet, or not whole
  }
  try {
    console.log(`  Installing ${names} …`);
    await call(python, ['-m', 'venv', '--clear', folder]);
    const quietly = ['--quiet', '--no-compile', '--disable-pip-version-check', '--retries', '1'];
    await call(interpreter, ['-m', 'pip', 'install', ...quietly, ...PACKAGES]);
    return interpreter;
  } catch (error) {
    return {
      reason: String(error.stderr || error.message)
        .trim()
        .split('\n')
        .at(-1),
    };
  }
}

async function checkTrackers(python) {
  const folder = await mkdtemp(path.join(tmpdir(), 'galley-trackers-'));
  const counts = { passed: 0, failed: 0 };
  const check = (what, holds) => {
    counts[holds ? 'passed' : 'failed'] += 1;
    console.log(`  ${holds ? 'ok  ' : 'FAIL'}  ${what}`);
  };
  const openTrackers = await bundled();
  const follow = (names, variables, steps) =>
    followRun(openTrackers, { python, folder, names, variables }, steps);
  const server = await startMlflow(python, folder);
  try {
    await checkMlflow(server, follow, check);
    const said = await follow(
      ['wandb'],
      { WANDB_MODE: 'offline' },
      { from: 0, to: STEPS, status: 'succeeded' },
    );
    check(`wandb takes a run offline${said.map((line) => `: ${line}`).join('')}`, said.length === 0);
    const files = await readdir(path.join(folder, 'trackers/wandb'), { recursive: true });
    const isSyncable = files.some((file) => file.endsWith(`run-${RUN.key}.wandb`));
    check('wandb has a file to sync', isSyncable);
  } finally {
    server.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  }
  return counts;
}

async function bundled() {
  // npm test reads this file before there are packages
  const { build } = await import('esbuild');
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['lib/trackers/open-trackers.ts'],
    outfile: BUNDLE,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  });
  return (await import(pathToFileURL(BUNDLE).href)).openTrackers;
}

/** What is said of the trackers while a run writes its steps and ends. */
async function followRun(openTrackers, { python, folder, names, variables }, { from, to, status }) {
  const said = [];
  const trackers = openTrackers({
    names,
    run: RUN,
    variables: { PATH: process.env.PATH, HOME: folder, ...variables },
    pythonNamed: python,
    venvFolders: [],
    script: path.join(ROOT, 'lib/trackers/python/galley_tracker.py'),
    folder: path.join(folder, 'trackers'),
    print: () => undefined,
    timing: { lastWordMs: START_LIMIT_MS, timeoutMs: START_LIMIT_MS },
  });
  trackers.onTrouble((line) => said.push(line));
  const writer = trackers.overhear({ append: () => undefined, status: () => undefined });
  for (let step = from; step < to; step += 1) {
    const values = { 'rollout/reward_mean': step / 10, 'training/loss': step === 1 ? NaN : -step };
    writer.append({ kind: 'metrics', step, values });
  }
  writer.status(status, null);
  await trackers.close();
  return said;
}

async function checkMlflow(server, follow, check) {
  const variables = { MLFLOW_TRACKING_URI: server.address };
  const said = await follow(['mlflow'], variables, { from: 0, to: STEPS, status: 'failed' });
  check(`mlflow takes a run${said.map((line) => `: ${line}`).join('')}`, said.length === 0);
  await follow(['mlflow'], variables, { from: STEPS - 1, to: STEPS + 2, status: 'succeeded' });
  const runs = await server.runs();
  check('mlflow has one run, which two processes wrote', runs.length === 1);
  const { info, data } = runs[0];
  check('mlflow has its end and its name', info.status === 'FINISHED' && info.run_name === RUN.name);
  const hasSeed = data.params.some(({ key, value }) => key === 'data.seed' && value === '3');
  check('mlflow has its configuration', hasSeed);
  const rewards = await server.history(info.run_id, 'rollout/reward_mean');
  check('mlflow has every step', new Set(rewards.map(({ step }) => Number(step))).size === STEPS + 2);
  const losses = await server.history(info.run_id, 'training/loss');
  const isNaNThere = losses.some(({ step, value }) => Number(step) === 1 && Number.isNaN(Number(value)));
  check('mlflow has NaN as NaN', isNaNThere);
}

async function startMlflow(python, folder) {
  const port = await freePort();
  const args = ['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1'];
  const store = [
    '--backend-store-uri',
    `sqlite:///${folder}/mlflow.db`,
    '--default-artifact-root',
    `${folder}/artifacts`,
  ];
  const child = spawn(python, [...args, ...store], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said = (said + chunk).slice(-4000);
  });
  const address = `http://127.0.0.1:${port}`;
  const stop = () => {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // it has ended already
    }
  };
  const ask = async (where, body) => {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const headers = { 'content-type': 'application/json' };
    return (await fetch(`${address}/api/2.0/mlflow/${where}`, { ...init, headers })).json();
  };
  const limit = Date.now() + START_LIMIT_MS;
  for (;;) {
    const answer = await fetch(`${address}/health`).catch(() => null);
    if (answer?.ok) break;
    if (Date.now() > limit || child.exitCode !== null) {
      stop();
      throw new Error(`mlflow server did not start:\n${said}`);
    }
    await sleep(500);
  }
  return {
    address,
    stop,
    runs: async () => {
      const { experiments } = await ask('experiments/search', { max_results: 10 });
      const ids = experiments.filter(({ name }) => name === RUN.project).map((one) => one.experiment_id);
      return (await ask('runs/search', { experiment_ids: ids })).runs ?? [];
    },
    history: async (runId, key) => {
      const query = new URLSearchParams({ run_id: runId, metric_key: key });
      return (await ask(`metrics/get-history?${query}`)).metrics ?? [];
    },
  };
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
