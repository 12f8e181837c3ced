import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { processEnvironment } from '@/lib/env';

export type PythonTrainServer = {
  readonly port: number;
  readonly folder: string;
  /** Lines that it printed after it listened, parsed as JSON. */
  readonly calls: readonly unknown[];
  /** What it said on its error stream. */
  readonly complaints: readonly string[];
  /** As a machine ends that loses its power. */
  kill(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
};

export type PythonTrainServerOptions = {
  readonly python: string;
  /** What Python is told to run: a script, or `-m` and a module. */
  readonly program: readonly string[];
  readonly args?: readonly string[];
  readonly cwd?: string;
  readonly folder?: string;
  readonly apiKey?: string;
  readonly environment?: Readonly<Record<string, string>>;
};

/** A train service in Python, as a process on a free port with a folder of its own. */
export async function startPythonTrainServer(options: PythonTrainServerOptions): Promise<PythonTrainServer> {
  const folder = options.folder ?? (await mkdtemp(path.join(tmpdir(), 'galley-train-')));
  const args = [...options.program, '--port', '0', '--folder', folder, ...(options.args ?? [])];
  const child = spawn(options.python, args, {
    cwd: options.cwd,
    env: {
      ...processEnvironment(),
      PYTHONDONTWRITEBYTECODE: '1',
      ...(options.apiKey === undefined ? {} : { GALLEY_TRAIN_KEY: options.apiKey }),
      ...options.environment,
      NODE_ENV: 'test',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const calls: unknown[] = [];
  const complaints: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk.toString()));
  const port = await new Promise<number>((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const lines = (text + chunk.toString()).split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        const found = /^listening on http:\/\/[^ ]*:(\d+)$/.exec(line);
        if (found === null) calls.push(JSON.parse(line));
        else resolve(Number(found[1]));
      }
    });
    child.once('error', reject);
    child.once('close', () =>
      reject(new Error(`The server ended before it listened:\n${complaints.join('')}`)),
    );
  });
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  return {
    port,
    folder,
    calls,
    complaints,
    kill,
    async stop() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
