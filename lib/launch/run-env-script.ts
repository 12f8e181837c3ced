import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { type KnownSecret, redact } from '@/lib/recipes/environment/mask-secrets';
import { secretLiterals } from '@/lib/recipes/environment/secret-literals';
import { err, ok, type Result } from '@/lib/shared/result';

/** A script that makes folders and reads keys takes a second; one that waits for something never ends. */
export const SCRIPT_TIMEOUT_MS = 60_000;
/** What it leaves running in the background may hold its output open; it is given this long after the script's end. */
const DRAIN_MS = 300;
const MAX_OUTPUT_CHARACTERS = 64 * 1024;
const MAX_ENVIRONMENT_BYTES = 2 * 1024 * 1024;
const TOLD_LINES = 8;
const TOO_MUCH =
  'it leaves an environment of more than 2 MiB. Keep large texts in files, and their paths in variables.';

export type ScriptRun = {
  /** The whole environment after the script. Never show it. */
  readonly values: Readonly<Record<string, string>>;
  /** What it printed, secrets replaced. */
  readonly lines: readonly string[];
};

/**
 * Sources a script in bash, in a folder, and takes the environment that it leaves. Its output and the environment come
 * on different descriptors, so that neither can be taken for the other. A failure is told with the last lines.
 */
export async function runEnvScript(request: {
  /** Absolute. */
  readonly script: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: readonly KnownSecret[];
  readonly timeoutMs?: number;
}): Promise<Result<ScriptRun, string>> {
  const timeoutMs = request.timeoutMs ?? SCRIPT_TIMEOUT_MS;
  const child = spawn('bash', ['--noprofile', '--norc', '-c', DRIVER, 'bash', request.script], {
    cwd: request.cwd,
    env: plainEnvironment(request.env),
    // a group of its own, so that a time limit ends all that it started
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const output = { text: '' };
  const environment: { readonly chunks: Buffer[]; bytes: number } = { chunks: [], bytes: 0 };
  collectText(child, output);
  const captured = child.stdio[3];
  if (captured instanceof Object && 'on' in captured && 'readable' in captured) {
    captured.on('data', (chunk: Buffer) => {
      environment.bytes += chunk.length;
      if (environment.bytes <= MAX_ENVIRONMENT_BYTES) environment.chunks.push(chunk);
    });
  }
  const end = await ended(child, timeoutMs);
  const lines = withoutAnySecret(output.text, request.secrets).split('\n').filter(Boolean);
  if (environment.bytes > MAX_ENVIRONMENT_BYTES) return err(TOO_MUCH);
  const values = parseEnvironment(Buffer.concat(environment.chunks).toString('utf8'));
  if (end === 'done' && Object.keys(values).length > 0) return ok({ values, lines });
  return err(`${describe(end, timeoutMs)}${lastWords(lines)}`);
}

/** Of a script that fails nobody knows what secrets it has made: they are told by their shape, or by an assignment that `set -x` prints. */
function withoutAnySecret(output: string, secrets: readonly KnownSecret[]): string {
  return redact(output, [...secrets, ...secretLiterals('output.sh', output)]);
}

/** The script must not meet descriptor 3. `command -p` finds the real `env` whatever it did to PATH. */
const DRIVER = 'source "$1" 3>&-\ncase $? in 0) command -p env -0 >&3;; *) exit $?;; esac';

/** Without what would run before the script, and without functions that somebody exported. */
function plainEnvironment(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(
    ([name]) => name !== 'BASH_ENV' && name !== 'ENV' && !name.startsWith('BASH_FUNC_'),
  );
  return { NODE_ENV: 'production', ...Object.fromEntries(kept) };
}

function collectText({ stdout, stderr }: ChildProcess, output: { text: string }): void {
  const keep = (stream: Readable | null): void => {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      // the end of the output says why it failed
      output.text = (output.text + chunk).slice(-MAX_OUTPUT_CHARACTERS);
    });
  };
  keep(stdout);
  keep(stderr);
}

type End =
  | 'done'
  | 'late'
  | { readonly code: number | null; readonly signal: string | null }
  | { readonly error: string };

function ended(child: ChildProcess, timeoutMs: number): Promise<End> {
  return new Promise((resolve) => {
    let isLate = false;
    const limit = setTimeout(() => {
      isLate = true;
      killGroup(child);
    }, timeoutMs);
    const finish = (end: End): void => {
      clearTimeout(limit);
      resolve(isLate ? 'late' : end);
    };
    child.once('error', (error) => finish({ error: error.message }));
    child.once('exit', (code, signal) => {
      const end: End = code === 0 ? 'done' : { code, signal };
      const drained = setTimeout(() => finish(end), DRAIN_MS);
      child.once('close', () => {
        clearTimeout(drained);
        finish(end);
      });
    });
  });
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // it ended at this very moment
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function parseEnvironment(text: string): Readonly<Record<string, string>> {
  const own = new Set(['_', 'SHLVL', 'OLDPWD', 'PWD']);
  return Object.fromEntries(
    text.split('\0').flatMap((pair) => {
      const at = pair.indexOf('=');
      const name = pair.slice(0, Math.max(at, 0));
      return at < 1 || own.has(name) || name.startsWith('BASH_FUNC_') ? [] : [[name, pair.slice(at + 1)]];
    }),
  );
}

function describe(end: End, timeoutMs: number): string {
  if (end === 'late') return `it was still running after ${timeoutMs / 1000} seconds, and was ended.`;
  if (end === 'done')
    return 'it ended the shell itself, with exit. Use return, or let it run to its end: only then is its environment known.';
  if ('error' in end) return `bash could not be started: ${end.error}.`;
  return `it ended with ${end.signal ?? `code ${end.code ?? 0}`}.`;
}

function lastWords(lines: readonly string[]): string {
  const last = lines.slice(-TOLD_LINES);
  return last.length === 0 ? ' It printed nothing.' : ` Its last lines: ${last.join(' / ')}`;
}
