import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readJsonLines, readLines } from '@/lib/recipe-code/read-lines';
import { AppError } from '@/lib/shared/app-error';
import { onAbort } from '@/lib/shared/on-abort';
import type { CodeCall, CodeHost, CodeOutcome, CodeTarget, CodeThing } from './code-thing';
import { FromScript, REPLY_DESCRIPTOR, type ToScript } from './script-protocol';
import { transpileScript } from './transpile-script';

/** A call past its limit is cut alone when the process still answers within this time; else the process is killed. */
const PING_MS = 1000;
/** Work at import may hold the process this long. */
const LOAD_MS = 30_000;
const MAX_LIVES = 2;
const MAX_LINE_CHARACTERS = 4000;

export type ScriptHostOptions = {
  /** Bundle of `script-child.ts`. */
  readonly childPath: string;
  /** Where relative paths of the code start; absolute. */
  readonly cwd: string;
  /** All variables that the code sees. */
  readonly environment: NodeJS.ProcessEnv;
  readonly onLine: (line: string) => void;
};

/** Runs TypeScript and JavaScript of recipes in one child process; starts nothing until something is loaded. */
export function createScriptHost(options: ScriptHostOptions): CodeHost {
  const host = new ScriptHost(options);
  return { load: (target) => host.load(target), close: () => host.close() };
}

type Pending = {
  readonly call: CodeCall;
  readonly thing: number;
  readonly settle: (outcome: CodeOutcome) => void;
  readonly signal: AbortSignal;
  timer: NodeJS.Timeout | null;
  lives: number;
};
type Loaded = { readonly message: Extract<ToScript, { k: 'load' }>; readonly label: string };

class ScriptHost {
  readonly #options: ScriptHostOptions;
  readonly #things = new Map<number, Loaded>();
  readonly #loads = new Map<
    number,
    (reply: Extract<FromScript, { k: 'loaded' | 'unloaded' }> | string) => void
  >();
  readonly #calls = new Map<number, Pending>();
  readonly #files: string[] = [];
  #child: ChildProcess | null = null;
  #nextThing = 1;
  #nextCall = 1;
  /** Calls that have begun in this life, the last one last. */
  #begun: number[] = [];
  #ping: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(options: ScriptHostOptions) {
    this.#options = options;
  }

  async load({ file, name, config }: CodeTarget): Promise<CodeThing> {
    const code = await transpileScript(file);
    const bundle = path.join(tmpdir(), `galley-script-${randomUUID()}.mjs`);
    await writeFile(bundle, code, { mode: 0o600 });
    this.#files.push(bundle);
    const thing = this.#nextThing++;
    const message = { k: 'load', thing, module: bundle, name, config } as const;
    const label = path.basename(file);
    const reply = await new Promise<Extract<FromScript, { k: 'loaded' | 'unloaded' }> | string>((resolve) => {
      const timer = setTimeout(() => resolve(`It did not finish loading in ${LOAD_MS / 1000} s.`), LOAD_MS);
      this.#loads.set(thing, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      this.#things.set(thing, { message, label });
      if (this.#child === null) this.#start();
      else this.#send(message);
    });
    this.#loads.delete(thing);
    if (typeof reply === 'string' || reply.k === 'unloaded') {
      this.#things.delete(thing);
      const reason = typeof reply === 'string' ? reply : reply.message;
      throw new AppError('invalid_input', `${label}: ${reason}`);
    }
    return { methods: reply.methods, call: (call, signal) => this.#call(thing, call, signal) };
  }

  #call(thing: number, call: CodeCall, signal: AbortSignal): Promise<CodeOutcome> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const id = this.#nextCall++;
      const stopWaiting = onAbort(signal, () => {
        this.#forget(id);
        reject(
          signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason }),
        );
      });
      const settle = (outcome: CodeOutcome): void => {
        stopWaiting();
        this.#forget(id);
        resolve(outcome);
      };
      this.#calls.set(id, { call, thing, settle, signal, timer: null, lives: 0 });
      if (this.#child === null) this.#start();
      else this.#sendCall(id);
    });
  }

  #forget(id: number): void {
    const pending = this.#calls.get(id);
    if (pending?.timer) clearTimeout(pending.timer);
    this.#calls.delete(id);
  }

  #sendCall(id: number): void {
    const pending = this.#calls.get(id);
    if (pending === undefined) return;
    const { call, thing } = pending;
    const args = call.kwargs === undefined ? [...call.args] : [...call.args, call.kwargs];
    // a fresh process loads first; the call's own limit counts from when it begins
    pending.timer = setTimeout(() => this.#overdue(id), LOAD_MS + call.timeoutMs);
    this.#send({ k: 'call', id, thing, method: call.method, args });
  }

  #overdue(id: number): void {
    const pending = this.#calls.get(id);
    if (pending === undefined) return;
    // does the process still listen? then this call waits for something by itself and is left alone
    this.#ping ??= setTimeout(() => this.#cutHanging(), PING_MS);
    this.#send({ k: 'ping', id });
  }

  #cutHanging(): void {
    this.#ping = null;
    const culprit = this.#begun.at(-1);
    const pending = culprit === undefined ? undefined : this.#calls.get(culprit);
    pending?.settle(timedOut(pending.call));
    this.#child?.kill('SIGKILL');
  }

  #start(): void {
    if (this.#isClosed) return;
    const { childPath, cwd, environment: env } = this.#options;
    const child = spawn(process.execPath, [childPath], {
      cwd,
      env,
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.#begun = [];
    const { stdin, stdout, stderr } = child;
    for (const stream of [stdout, stderr]) {
      readLines(stream, (line) => this.#options.onLine(line.slice(0, MAX_LINE_CHARACTERS)));
    }
    const replies = child.stdio[REPLY_DESCRIPTOR];
    if (replies && 'read' in replies) readJsonLines(replies, (value) => this.#receive(value));
    child.on('close', (code, signal) => this.#ended(child, signal ?? `exit code ${code ?? 0}`));
    child.on('error', (error) => this.#options.onLine(`the process of the recipe's code: ${error.message}`));
    // writing to a process that has just ended is no news: its exit is
    stdin.on('error', () => undefined);
    for (const { message } of this.#things.values()) this.#send(message);
    for (const id of [...this.#calls.keys()]) this.#sendCall(id);
  }

  #receive(value: unknown): void {
    const parsed = FromScript.safeParse(value);
    if (!parsed.success) return;
    const message = parsed.data;
    switch (message.k) {
      case 'loaded':
      case 'unloaded':
        this.#loads.get(message.thing)?.(message);
        return;
      case 'began':
        this.#began(message.id);
        return;
      case 'done':
        this.#settle(message.id, { ok: true, value: message.value });
        return;
      case 'failed':
        this.#settle(message.id, { ok: false, message: message.message, isTimeout: false });
        return;
      case 'pong':
        this.#ponged(message.id);
        return;
      case 'ask':
        void this.#answer(message);
    }
  }

  #began(id: number): void {
    this.#begun.push(id);
    const pending = this.#calls.get(id);
    if (pending === undefined) return;
    if (pending.timer) clearTimeout(pending.timer);
    pending.timer = setTimeout(() => this.#overdue(id), pending.call.timeoutMs);
  }

  #settle(id: number, outcome: CodeOutcome): void {
    this.#begun = this.#begun.filter((each) => each !== id);
    this.#calls.get(id)?.settle(outcome);
  }

  #ponged(id: number): void {
    if (this.#ping !== null) clearTimeout(this.#ping);
    this.#ping = null;
    const pending = this.#calls.get(id);
    if (pending !== undefined) this.#settle(id, timedOut(pending.call));
  }

  async #answer({ ask, id, name, payload }: Extract<FromScript, { k: 'ask' }>): Promise<void> {
    const pending = this.#calls.get(id);
    const refuse = (message: string): void => this.#send({ k: 'told', ask, ok: false, value: null, message });
    if (pending?.call.onRequest === undefined) {
      refuse(`The run does not answer "${name}" here.`);
      return;
    }
    try {
      const value = await pending.call.onRequest(name, payload, pending.signal);
      this.#send({ k: 'told', ask, ok: true, value: value ?? null, message: '' });
    } catch (error) {
      refuse(error instanceof Error ? error.message : String(error));
    }
  }

  #ended(child: ChildProcess, how: string): void {
    if (this.#child !== child) return;
    this.#child = null;
    if (this.#ping !== null) clearTimeout(this.#ping);
    this.#ping = null;
    for (const tell of this.#loads.values()) tell(`Its process ended while it loaded (${how}).`);
    const culprit = this.#begun.at(-1);
    for (const [id, pending] of this.#calls) {
      if (pending.timer) clearTimeout(pending.timer);
      pending.lives += 1;
      if (id !== culprit && pending.lives < MAX_LIVES) continue;
      pending.settle({
        ok: false,
        message: `The recipe's code ended its process (${how}).`,
        isTimeout: false,
      });
    }
    if (this.#calls.size > 0) this.#start();
  }

  #send(message: ToScript): void {
    this.#child?.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const pending of [...this.#calls.values()]) {
      pending.settle({ ok: false, message: 'The run has ended.', isTimeout: false });
    }
    this.#child?.kill('SIGKILL');
    await Promise.all(this.#files.map((file) => rm(file, { force: true })));
  }
}

function timedOut({ timeoutMs, limitedBy }: CodeCall): CodeOutcome {
  const message = `It did not return within its limit of ${timeoutMs / 1000} s (${limitedBy}) and was cut.`;
  return { ok: false, message, isTimeout: true };
}
