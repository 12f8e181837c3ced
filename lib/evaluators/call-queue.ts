import { assertNever } from '@/lib/shared/assert-never';
import { type ChildReply, type ChildSetup } from './child-protocol';
import { type Evaluation, type EvaluationRequest } from './evaluator-host';
import { type EvaluatorProcess, startEvaluatorProcess } from './evaluator-process';

/** After this many cut calls without one that returned, waiting for more is pointless: all that wait fail at once. */
const HOPELESS_TIMEOUTS = 3;
/** A module that does work at load, or code left behind by a finished call, may hold the process this long. */
const SILENCE_MS = 30_000;
/** A call that was running each of so many times when the process ended is not tried again. */
const MAX_LIVES = 2;

type Call = {
  readonly request: EvaluationRequest;
  readonly settle: (evaluation: Evaluation) => void;
  /** When its evaluation began, by this process's clock; null while it waits. */
  startedAt: number | null;
  lives: number;
};

type CallQueueOptions = {
  readonly childPath: string;
  readonly timeoutMs: number;
  readonly onLog: (line: string) => void;
};

/**
 * Keeps calls in order across lives of the evaluator's process: a call that hangs or kills the process fails alone,
 * the others are sent again to a fresh process.
 */
export class CallQueue {
  readonly #setup: ChildSetup;
  readonly #options: CallQueueOptions;
  readonly #calls = new Map<number, Call>();
  #nextId = 0;
  #child: EvaluatorProcess | null = null;
  #timer: NodeJS.Timeout | null = null;
  #lastReplyAt = 0;
  #isReady = false;
  #isClosed = false;
  #isCutting = false;
  #timeouts = 0;
  /** Why the module cannot be used; every call is answered with it. */
  #broken: string | null = null;
  #onLoaded: (problem: string | null) => void = () => undefined;

  constructor(setup: ChildSetup, options: CallQueueOptions) {
    this.#setup = setup;
    this.#options = options;
  }

  /** Starts the first process. Resolves with null once the evaluator can be called, or with why it cannot. */
  load(): Promise<string | null> {
    return new Promise((resolve) => {
      this.#onLoaded = resolve;
      this.#start();
    });
  }

  call(request: EvaluationRequest, signal: AbortSignal): Promise<Evaluation> {
    signal.throwIfAborted();
    if (this.#broken !== null) return Promise.resolve({ ok: false, message: this.#broken });
    return new Promise((resolve, reject) => {
      const onAbort = (): void => reject(abortReason(signal));
      const settle = (evaluation: Evaluation): void => {
        signal.removeEventListener('abort', onAbort);
        resolve(evaluation);
      };
      // an aborted call stays in the books: if it hangs, the process must still be cut
      signal.addEventListener('abort', onAbort, { once: true });
      const id = this.#nextId++;
      this.#calls.set(id, { request, settle, startedAt: null, lives: 0 });
      if (this.#child === null) this.#start();
      else this.#child.send({ id, ...request });
      if (this.#timer === null) this.#watch();
    });
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#failAll('The evaluator was closed before this call returned.');
    this.#child?.kill();
  }

  #start(): void {
    this.#isReady = false;
    this.#isCutting = false;
    this.#lastReplyAt = performance.now();
    const child = startEvaluatorProcess(this.#options.childPath, this.#setup, {
      onReply: (reply) => this.#onReply(reply),
      onLog: this.#options.onLog,
      onExit: (how) => this.#onExit(how),
    });
    this.#child = child;
    for (const [id, call] of this.#calls) child.send({ id, ...call.request });
    this.#watch();
  }

  #onReply(reply: ChildReply): void {
    this.#lastReplyAt = performance.now();
    switch (reply.kind) {
      case 'ready':
        this.#isReady = true;
        this.#onLoaded(null);
        break;
      case 'broken':
        this.#broken = reply.message;
        break;
      case 'started': {
        const call = this.#calls.get(reply.id);
        if (call) call.startedAt = this.#lastReplyAt;
        break;
      }
      case 'done': {
        this.#timeouts = 0;
        this.#settle(reply.id, reply.outcome);
        break;
      }
      default:
        assertNever(reply);
    }
    this.#watch();
  }

  #onExit(how: string): void {
    this.#child = null;
    if (this.#isClosed) return;
    if (!this.#isReady && !this.#isCutting) {
      this.#broken ??= `${this.#setup.label}: its process ended while it loaded (${how}).`;
    }
    if (this.#broken !== null) {
      this.#failAll(this.#broken);
      this.#onLoaded(this.#broken);
      return;
    }
    this.#blame(how);
    if (this.#timeouts >= HOPELESS_TIMEOUTS) {
      this.#failAll(`${this.#timeoutMessage()} The ${HOPELESS_TIMEOUTS} calls before it were cut too.`);
    }
    for (const call of this.#calls.values()) call.startedAt = null;
    if (this.#calls.size > 0) this.#start();
  }

  /** Whoever ran when the process ended by itself is suspect; a single suspect is the culprit. */
  #blame(how: string): void {
    const suspects = this.#started();
    for (const [id, call] of suspects) {
      call.lives += 1;
      const isCulprit = !this.#isCutting && suspects.length === 1;
      if (isCulprit || call.lives >= MAX_LIVES) {
        this.#fail(id, `${this.#setup.className} in ${this.#setup.label} ended its process (${how}).`);
      }
    }
  }

  #watch(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const isIdle = this.#calls.size === 0 && this.#isReady;
    if (this.#isClosed || this.#child === null || isIdle) return;
    // what the process has already said is read before it is judged
    this.#timer = setTimeout(
      () => setImmediate(() => this.#cutOverdue()),
      this.#deadline() - performance.now(),
    );
  }

  #deadline(): number {
    const starts = this.#started().flatMap(([, call]) => call.startedAt ?? []);
    if (starts.length === 0) return this.#lastReplyAt + Math.max(SILENCE_MS, this.#options.timeoutMs);
    return starts.reduce((first, start) => Math.min(first, start)) + this.#options.timeoutMs;
  }

  #cutOverdue(): void {
    this.#timer = null;
    if (this.#child === null || performance.now() < this.#deadline()) {
      this.#watch();
      return;
    }
    this.#isCutting = true;
    const latest = performance.now() - this.#options.timeoutMs;
    for (const [id, call] of this.#started()) {
      if (call.startedAt === null || call.startedAt > latest) continue;
      this.#timeouts += 1;
      this.#fail(id, this.#timeoutMessage());
    }
    if (!this.#isReady)
      this.#broken = `${this.#setup.label} did not finish loading in ${SILENCE_MS / 1000} s.`;
    this.#child.kill();
  }

  #started(): readonly (readonly [number, Call])[] {
    return [...this.#calls].filter(([, call]) => call.startedAt !== null);
  }

  #timeoutMessage(): string {
    const seconds = this.#options.timeoutMs / 1000;
    const limit = `its limit of ${seconds} s (rollout_worker.evaluator_timeout)`;
    return `${this.#setup.className} in ${this.#setup.label} did not return within ${limit}; the call was cut.`;
  }

  #settle(id: number, evaluation: Evaluation): void {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    call?.settle(evaluation);
  }

  #fail(id: number, message: string): void {
    this.#settle(id, { ok: false, message });
  }

  #failAll(message: string): void {
    for (const id of [...this.#calls.keys()]) this.#fail(id, message);
  }
}

function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason });
}
