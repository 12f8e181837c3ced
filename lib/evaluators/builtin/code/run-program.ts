import { type ChildProcess, spawn } from 'node:child_process';

export type ProgramLimits = {
  /** Wall time; processor time is limited to the same. */
  readonly seconds: number;
  /** Address space of every process; null for programs that reserve more than they use, such as Node. */
  readonly memoryMb: number | null;
  /** Of standard output; what is more ends the program. */
  readonly outputKb: number;
};

export type ProgramEnd = {
  readonly stdout: string;
  readonly stderr: string;
  /** Null when it ended by itself with code 0; else why it did not, in words. */
  readonly problem: string | null;
};

/** Processes of the same user count, so a lower limit would refuse what other programs of a busy machine started. */
const MAX_PROCESSES = 4096;
const MAX_FILE_KB = 10 * 1024;
const MAX_STDERR_CHARACTERS = 4000;

/**
 * Runs a program in a folder of its own with an empty environment and, where there is bash, with limits of memory,
 * processor time and file sizes. It and all that it starts in its group end with it. This bounds accidents: it is no
 * sandbox, see docs/evaluators.md.
 */
export async function runProgram(
  command: readonly [string, ...string[]],
  {
    folder,
    input,
    limits,
  }: { readonly folder: string; readonly input: string; readonly limits: ProgramLimits },
): Promise<ProgramEnd> {
  const child = spawn('bash', ['-c', `${ulimits(limits)}; exec "$@"`, 'bash', ...command], {
    cwd: folder,
    env: {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      HOME: folder,
      TMPDIR: folder,
      LANG: 'C.UTF-8',
      NODE_ENV: 'test',
    },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  return new Promise((resolve, reject) => {
    const output: Buffer[] = [];
    let size = 0;
    let stderr = '';
    let problem: string | null = null;
    const stop = (why: string): void => {
      problem ??= why;
      killGroup(child);
    };
    const timer = setTimeout(() => stop(`did not end within ${limits.seconds} s`), limits.seconds * 1000);
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limits.outputKb * 1024) stop(`wrote more than ${limits.outputKb} kB`);
      else output.push(chunk);
    });
    child.stderr.on(
      'data',
      (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-MAX_STDERR_CHARACTERS)),
    );
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(new Error(`builtin:code_tests needs bash to run programs: ${error.message}`, { cause: error }));
    });
    child.once('exit', () => killGroup(child));
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      const how = signal === null ? `ended with code ${code ?? 0}` : `ended by ${signal}`;
      resolve({
        stdout: Buffer.concat(output).toString('utf8'),
        stderr,
        problem: problem ?? (code === 0 ? null : how),
      });
    });
  });
}

/** A limit that this system does not know is left out. */
function ulimits({ seconds, memoryMb }: ProgramLimits): string {
  const limits = [
    ['t', Math.ceil(seconds)],
    ['f', MAX_FILE_KB],
    ['c', 0],
    ['u', MAX_PROCESSES],
    ...(memoryMb === null ? [] : [['v', memoryMb * 1024]]),
  ];
  return limits.map(([name, value]) => `ulimit -${name} ${value} 2>/dev/null`).join('; ');
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // the group has ended already
    return;
  }
}
