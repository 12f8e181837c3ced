import { type ChildProcess, spawn } from 'node:child_process';
import { type Readable, type Writable } from 'node:stream';
import { createInterface } from 'node:readline';
import { ChildReply, type ChildRequest, type ChildSetup, REPLY_DESCRIPTOR } from './child-protocol';

/** A print without an end must not fill the memory. */
const MAX_LINE_CHARACTERS = 4000;

export type EvaluatorProcessEvents = {
  readonly onReply: (reply: ChildReply) => void;
  readonly onLog: (line: string) => void;
  /** The process has ended and all of its replies were delivered. */
  readonly onExit: (how: string) => void;
};

export type EvaluatorProcess = {
  send(request: ChildRequest): void;
  kill(): void;
};

/** One life of the process that runs the evaluator. */
export function startEvaluatorProcess(
  childPath: string,
  setup: ChildSetup,
  events: EvaluatorProcessEvents,
): EvaluatorProcess {
  const child = spawn(process.execPath, [childPath], { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
  const { stdin, stdout, stderr } = child;
  readLines(stdout, events.onLog);
  readLines(stderr, events.onLog);
  const replies = replyStream(child);
  readReplies(replies, events.onReply);
  // 'close' comes after the last byte of every stream, so no finished call is taken for a lost one
  child.on('close', (code, signal) => events.onExit(signal === null ? `exit code ${code ?? 0}` : signal));
  child.on('error', (error) => events.onLog(`the evaluator's process did not start: ${error.message}`));
  // writing to a process that has just ended is no news: its exit is
  stdin.on('error', () => undefined);
  stdin.write(`${JSON.stringify(setup)}\n`);
  const write = corked(stdin);
  return {
    send: (request) => write(`${JSON.stringify(request)}\n`),
    kill: () => void child.kill('SIGKILL'),
  };
}

/** Hundreds of small calls made in one turn leave in one write. */
function corked(stream: Writable): (text: string) => void {
  let isCorked = false;
  return (text) => {
    if (!isCorked) {
      isCorked = true;
      stream.cork();
      setImmediate(() => {
        isCorked = false;
        stream.uncork();
      });
    }
    stream.write(text);
  };
}

function replyStream(child: ChildProcess): Readable {
  const stream = child.stdio[REPLY_DESCRIPTOR];
  if (stream === null || stream === undefined || !('read' in stream)) {
    throw new Error('The evaluator process has no channel for its replies.');
  }
  return stream;
}

function readLines(stream: Readable, onLine: (line: string) => void): void {
  const lines = createInterface({ input: stream, crlfDelay: Infinity });
  lines.on('line', (line) => onLine(line.slice(0, MAX_LINE_CHARACTERS)));
}

function readReplies(stream: Readable, onReply: (reply: ChildReply) => void): void {
  const lines = createInterface({ input: stream, crlfDelay: Infinity });
  lines.on('line', (line) => {
    const reply = ChildReply.safeParse(safeJson(line));
    // an evaluator that writes to our descriptor can only hurt its own call, which then runs into its time limit
    if (reply.success) onReply(reply.data);
  });
}

function safeJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
