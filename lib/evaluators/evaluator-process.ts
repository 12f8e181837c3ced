import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { readJsonLines, readLines } from '@/lib/recipe-code/read-lines';
import {
  type ChildCall,
  type ChildCalls,
  ChildReply,
  type ChildSetup,
  REPLY_DESCRIPTOR,
} from './child-protocol';

/** A print without an end must not fill the memory. */
const MAX_LINE_CHARACTERS = 4000;

export type EvaluatorProcessEvents = {
  readonly onReply: (reply: ChildReply) => void;
  readonly onLog: (line: string) => void;
  /** The process has ended and all of its replies were delivered. */
  readonly onExit: (how: string) => void;
};

export type EvaluatorProcess = {
  send(call: ChildCall): void;
  kill(): void;
};

export type EvaluatorProcessOptions = {
  readonly childPath: string;
  readonly setup: ChildSetup;
  readonly careful: boolean;
  readonly cwd: string | undefined;
  readonly environment: NodeJS.ProcessEnv | undefined;
};

/** One life of the process that runs the evaluator. */
export function startEvaluatorProcess(
  { childPath, setup, careful, cwd, environment }: EvaluatorProcessOptions,
  events: EvaluatorProcessEvents,
): EvaluatorProcess {
  const child = spawn(process.execPath, [childPath], {
    cwd,
    env: environment,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  const { stdin, stdout, stderr } = child;
  readLines(stdout, (line) => events.onLog(line.slice(0, MAX_LINE_CHARACTERS)));
  readLines(stderr, (line) => events.onLog(line.slice(0, MAX_LINE_CHARACTERS)));
  readJsonLines(replyStream(child), (value) => {
    const reply = ChildReply.safeParse(value);
    // an evaluator that writes to our descriptor hurts its own calls only: they run into their time limit
    if (reply.success) events.onReply(reply.data);
  });
  // 'close' comes after the last byte of every stream, so no finished call is taken for a lost one
  child.on('close', (code, signal) => events.onExit(signal === null ? `exit code ${code ?? 0}` : signal));
  child.on('error', (error) => events.onLog(`the evaluator's process did not start: ${error.message}`));
  // writing to a process that has just ended is no news: its exit is
  stdin.on('error', () => undefined);
  stdin.write(`${JSON.stringify(setup)}\n`);

  let outbox: ChildCall[] = [];
  const post = (): void => {
    const calls: ChildCalls = { calls: outbox, careful };
    outbox = [];
    stdin.write(`${JSON.stringify(calls)}\n`);
  };
  return {
    // all calls of one turn of the event loop leave as one line
    send: (call) => {
      if (outbox.push(call) === 1) setImmediate(post);
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

function replyStream(child: ChildProcess): Readable {
  const stream = child.stdio[REPLY_DESCRIPTOR];
  if (stream === null || stream === undefined || !('read' in stream)) {
    throw new Error('The evaluator process has no channel for its replies.');
  }
  return stream;
}
