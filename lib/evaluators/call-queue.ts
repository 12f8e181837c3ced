import { assertNever } from '@/lib/shared/assert-never';
import { onAbort } from '@/lib/shared/on-abort';
import type { ChildReply, ChildSetup } from './child-protocol';
import type { Evaluation, EvaluationRequest } from './evaluator-host';
import { type EvaluatorProcess, startEvaluatorProcess } from './evaluator-process';

/** After this many cut calls without one that returned, waiting for more is pointless: all that wait fail at once. */
const HOPELESS_TIMEOUTS = 3;
/** A module that does work at load, or code left behind by a finished call, may hold the process this long. */
const SILENCE_MS = 30_000;
/** A call that was among the suspects each of so many times when the process ended is not tried again. */
const MAX_LIVES = 2;

type Call = {
  readonly request: EvaluationRequest;
  readonly settle: (evaluation: Evaluation) => void;
  lives: number;
};

type CallQueueOptions = {
  readonly childPath: string;
  readonly recipeFolder?: string;
  readonly environment?: NodeJS.ProcessEnv;
  readonly onLog: (line: string) => void;
};

/**
 * Keeps calls in order across lives of the evaluator's process: a call that hangs or kills the process fails alone,
 * the others are sent again to a fresh process.
 */
export class CallQueue {
  readonly #setup: ChildSetup;
  readonly #options: CallQueueOptions;
  /** In the order in which they were made, which is the order in which the process takes them. */
  readonly #calls = new Map<number, Call>();
  /** Calls whose evaluator returned a promise, by when it did. */
  readonly #pending = new Map<number, number>();
  #nextId = 0;
  #child: EvaluatorProcess | null = null;
  #timer: NodeJS.Timeout | null = null;
  #lastReplyAt = 0;
  #isReady = false;
  #isClosed = false;
  /** This process's life was ended by us. */
  #isCutting = false;
  /** The last life ended without a word: the next one answers call by call. */
  #isCareful = false;
  #culprit: number | null = null;
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
      // an aborted call stays in the books: if it hangs, the process must still be cut
      const stopWaiting = onAbort(signal, () => reject(abortReason(signal)));
      const settle = (evaluation: Evaluation): void => {
        stopWaiting();
        resolve(evaluation);
      };
      const id = this.#nextId++;
      this.#calls.set(id, { request, settle, lives: 0 });
      if (this.#calls.size === 1) this.#lastReplyAt = performance.now();
      if (this.#child === null) this.#start();
      else this.#child.send({ id, ...request });
      this.#watch();
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
    this.#culprit = null;
    this.#pending.clear();
    this.#lastReplyAt = performance.now();
    const child = startEvaluatorProcess(
      {
        childPath: this.#options.childPath,
        setup: this.#setup,
        careful: this.#isCareful,
        cwd: this.#options.recipeFolder,
        environment: this.#options.environment,
      },
      {
        onReply: (reply) => this.#onReply(reply),
        onLog: this.#options.onLog,
        onExit: (how) => this.#onExit(how),
      },
    );
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
        return;
      case 'broken':
        this.#broken = reply.message;
        return;
      case 'pending':
        this.#pending.set(reply.id, this.#lastReplyAt);
        return;
      case 'overdue':
        this.#cut([reply.id]);
        return;
      case 'ending':
        this.#culprit = reply.id;
        return;
      case 'done':
        this.#timeouts = 0;
        for (const { id, outcome } of reply.results) this.#settle(id, outcome);
        return;
      default:
        assertNever(reply);
    }
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
    if (!this.#isCutting) this.#blame(how);
    if (this.#timeouts >= HOPELESS_TIMEOUTS) {
      const message = `${this.#timeoutMessage()} The ${HOPELESS_TIMEOUTS} calls before it were cut too.`;
      for (const id of [...this.#calls.keys()]) this.#timeOut(id, message);
    }
    if (this.#calls.size > 0) this.#start();
  }

  /** Who ended the process: it says so itself, or it is the one call that was running, or suspicion gathers. */
  #blame(how: string): void {
    const message = `${this.#setup.className} in ${this.#setup.label} ended its process (${how}).`;
    const suspects = this.#culprit === null ? [...this.#pending.keys()] : [this.#culprit];
    if (suspects.length === 0 && this.#isCareful) suspects.push(...[...this.#calls.keys()].slice(0, 1));
    for (const id of suspects) {
      const call = this.#calls.get(id);
      if (call === undefined) continue;
      call.lives += 1;
      if (suspects.length === 1 || call.lives >= MAX_LIVES) this.#fail(id, message);
    }
    this.#isCareful = suspects.length === 0;
  }

  /** Looks again when the earliest limit may have passed; limits only move later, so an early look does no harm. */
  #watch(): void {
    const isIdle = this.#calls.size === 0 && this.#isReady;
    if (this.#timer !== null || this.#isClosed || this.#child === null || isIdle) return;
    const delay = Math.max(1, this.#deadline() - performance.now());
    // what the process has already said is read before it is judged
    this.#timer = setTimeout(() => setImmediate(() => this.#judge()), delay);
  }

  #silenceMs(): number {
    return Math.max(SILENCE_MS, 2 * this.#setup.timeoutMs);
  }

  #deadline(): number {
    const silence = this.#lastReplyAt + this.#silenceMs();
    const [oldest] = this.#pending.values();
    // a call that is made now may turn out to be a promise at once
    const first = (oldest ?? performance.now()) + this.#setup.timeoutMs;
    return Math.min(first, silence);
  }

  #judge(): void {
    this.#timer = null;
    const now = performance.now();
    const overdue = [...this.#pending].filter(([, since]) => now - since >= this.#setup.timeoutMs);
    if (overdue.length > 0) this.#cut(overdue.map(([id]) => id));
    else if (now - this.#lastReplyAt >= this.#silenceMs()) this.#cutSilent();
    this.#watch();
  }

  #cut(ids: readonly number[]): void {
    this.#isCutting = true;
    for (const id of ids) {
      this.#timeouts += 1;
      this.#timeOut(id, this.#timeoutMessage());
    }
    this.#child?.kill();
  }

  #cutSilent(): void {
    this.#isCutting = true;
    const seconds = this.#silenceMs() / 1000;
    if (!this.#isReady) this.#broken = `${this.#setup.label} did not finish loading in ${seconds} s.`;
    for (const [id, call] of this.#calls) {
      call.lives += 1;
      if (call.lives >= MAX_LIVES) this.#fail(id, `${this.#setup.label}: its process stopped answering.`);
    }
    this.#child?.kill();
  }

  #timeoutMessage(): string {
    const seconds = this.#setup.timeoutMs / 1000;
    const limit = `its limit of ${seconds} s (rollout_worker.evaluator_timeout)`;
    return `${this.#setup.className} in ${this.#setup.label} did not return within ${limit}; the call was cut.`;
  }

  #settle(id: number, evaluation: Evaluation): void {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    this.#pending.delete(id);
    call?.settle(evaluation);
  }

  #fail(id: number, message: string): void {
    this.#settle(id, { ok: false, message });
  }

  #timeOut(id: number, message: string): void {
    this.#settle(id, { ok: false, message, isTimeout: true });
  }

  #failAll(message: string): void {
    for (const id of [...this.#calls.keys()]) this.#fail(id, message);
  }
}

function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason });
}
