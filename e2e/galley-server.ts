import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openDatabase } from '@/lib/db/open-database';
import { isActive, RunId } from '@/lib/domain/run';
import { readEnv } from '@/lib/env';
import { createRunStore } from '@/lib/run-store/create-run-store';

const ROOT = readEnv().root;
const READY = /http:\/\/127\.0\.0\.1:\d+/;
const START_TIMEOUT_MS = 60_000;

export type CommandResult = { readonly code: number; readonly out: string; readonly err: string };

/** The real build, served on a port of its own, with a data folder and a copy of the recipes of its own. */
export type GalleyServer = {
  readonly url: string;
  readonly dataDir: string;
  readonly recipesDir: string;
  readonly databaseFile: string;
  start(): Promise<void>;
  /** Tries to serve once more on the same port. */
  startSecond(): Promise<CommandResult>;
  /** Ends the web process and resolves with its exit code, or the signal that ended it. */
  end(signal: 'SIGINT' | 'SIGKILL'): Promise<number | string>;
  /** What the web process has printed. */
  printed(): string;
  cli(...args: string[]): Promise<CommandResult>;
  /** Launches a run that goes on by itself; what it said is the error when it did not start. */
  launch(entry: string, ...overrides: string[]): Promise<void>;
  /** Process id of a run's newest attempt. */
  runPid(id: number): Promise<number>;
  /** Stops every run and removes the folders. */
  dispose(): Promise<void>;
};

export type ServerOptions = {
  /** Held back by file permissions, also where the tests run as root. */
  readonly obeysPermissions?: boolean;
};

export async function createGalleyServer(options: ServerOptions = {}): Promise<GalleyServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'galley-e2e-'));
  const dataDir = path.join(folder, 'data');
  const recipesDir = path.join(folder, 'recipes');
  await cp(path.join(ROOT, 'recipes'), recipesDir, { recursive: true });
  const port = await freePort();
  const env: NodeJS.ProcessEnv = {
    ...inheritedEnvironment(),
    NODE_ENV: 'production',
    GALLEY_DATA_DIR: dataDir,
    GALLEY_RECIPES_DIR: recipesDir,
    PORT: String(port),
  };
  const databaseFile = path.join(dataDir, 'galley.db');
  let web: ChildProcess | null = null;
  let printed = '';

  const server: GalleyServer = {
    url: `http://127.0.0.1:${port}`,
    dataDir,
    recipesDir,
    databaseFile,
    printed: () => printed,
    start: async () => {
      printed = '';
      const [program, ...prefix] = options.obeysPermissions === true ? OBEDIENT : [process.execPath];
      const child = spawn(program, [...prefix, 'scripts/start.mjs', '--no-build'], { cwd: ROOT, env });
      web = child;
      const keep = (chunk: Buffer): void => void (printed += chunk.toString());
      child.stdout.on('data', keep);
      child.stderr.on('data', keep);
      await untilReady(
        child,
        () => READY.test(printed),
        () => printed,
      );
    },
    startSecond: () => runScript('scripts/start.mjs', ['--no-build'], { env, cwd: folder }),
    end: async (signal) => {
      const child = web;
      if (child === null) return 0;
      web = null;
      return endProcess(child, signal);
    },
    cli: (...args) => runScript('scripts/galley.mjs', ['--no-install', ...args], { env, cwd: folder }),
    launch: async (...args) => {
      const { code, err } = await server.cli('run', ...args, '--detach');
      if (code !== 0) fail(err);
    },
    runPid: async (id) => {
      const database = await openDatabase({ url: `file:${databaseFile}` });
      const attempts = await createRunStore(database).attempts(RunId.parse(id));
      await database.$disconnect();
      return attempts.at(-1)?.pid ?? fail(`Run ${id} has no process yet`);
    },
    dispose: async () => {
      if (await hasActiveRun(databaseFile)) await server.cli('stop', '--all');
      await server.end('SIGKILL');
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
  return server;
}

/** Also when the database says nothing that can be read: a journey may have broken it. */
async function hasActiveRun(databaseFile: string): Promise<boolean> {
  if (!existsSync(databaseFile)) return false;
  try {
    const database = await openDatabase({ url: `file:${databaseFile}` });
    const { runs } = await createRunStore(database).list({ limit: 1000 });
    await database.$disconnect();
    return runs.some(({ status }) => isActive(status));
  } catch {
    return true;
  }
}

/** Root may write everywhere; without these two capabilities it is held back like everybody. */
const OBEDIENT: readonly [string, ...string[]] =
  process.getuid?.() === 0
    ? ['setpriv', '--bounding-set', '-dac_override,-dac_read_search', process.execPath]
    : [process.execPath];

/** What the tests were started with, without what decides where Galley keeps its things. */
function inheritedEnvironment(): NodeJS.ProcessEnv {
  // eslint-disable-next-line no-restricted-properties -- a journey starts processes, whose environment is its business
  return { ...process.env };
}

async function untilReady(child: ChildProcess, isReady: () => boolean, printed: () => string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const giveUp = setTimeout(
      () => reject(new Error(`It did not get ready:\n${printed()}`)),
      START_TIMEOUT_MS,
    );
    const look = (): void => {
      if (!isReady()) return;
      clearTimeout(giveUp);
      resolve();
    };
    child.stdout?.on('data', look);
    child.once('exit', () => {
      clearTimeout(giveUp);
      reject(new Error(`It ended before it was ready:\n${printed()}`));
    });
  });
}

function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<number | string> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    child.once('exit', (code, ended) => resolve(code ?? ended ?? 0));
    child.kill(signal);
  });
}

function runScript(
  script: string,
  args: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly cwd: string },
): Promise<CommandResult> {
  return new Promise((resolve) => {
    execFile(process.execPath, [path.join(ROOT, script), ...args], options, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, out, err });
    });
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address !== null
          ? resolve(address.port)
          : reject(new Error('no port')),
      );
    });
  });
}

function fail(message: string): never {
  throw new Error(message);
}
