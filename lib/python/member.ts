import type { PendingCall } from './pending-call';
import type { PythonProcess } from './python-process';

/** Work that one process may hold, so that it never waits for the next call and no call waits long behind others. */
const AHEAD_SECONDS = 0.02;
const MAX_AHEAD = 512;
/** Coroutines of one process that run at once. */
const MAX_COROUTINES = 256;
/** Weight of the newest measurement. */
const NEWEST = 0.3;

export type LoadedTarget = { readonly isAsync: boolean; readonly threads: number };
export type LoadState =
  { readonly kind: 'loading'; readonly since: number } | { readonly kind: 'ready' | 'failed' };

/** One process of a pool, and what it is doing. */
export class Member {
  readonly process: PythonProcess;
  readonly loads = new Map<number, LoadState>();
  readonly running = new Map<number, PendingCall>();
  /** It can be talked to. */
  isReady = false;
  /** It was told to end, or was ended by us. */
  isEnding = false;
  /** It runs a suspect, and nothing beside it. */
  isExclusive = false;
  hasRecalled = false;
  lastWordAt: number;
  /** Words may be prints of one long call; answers show that calls go on. */
  lastAnswerAt: number;
  #secondsPerCall: number | null = null;

  constructor(process: PythonProcess, now: number) {
    this.process = process;
    this.lastWordAt = now;
    this.lastAnswerAt = now;
  }

  /** How many more calls of a target it takes now. */
  room(handle: number, { isAsync, threads }: LoadedTarget): number {
    // one that holds a long call gets nothing more until it has answered
    if (this.isEnding || this.isExclusive || this.hasRecalled || !this.process.hasRoom()) return 0;
    if (this.loads.get(handle)?.kind !== 'ready') return 0;
    if (isAsync) return MAX_COROUTINES - this.running.size;
    if (threads > 1) return threads - this.running.size;
    return this.#ahead() - this.running.size;
  }

  isIdle(): boolean {
    const isLoading = [...this.loads.values()].some(({ kind }) => kind === 'loading');
    return this.isReady && !this.isEnding && this.running.size === 0 && !isLoading;
  }

  measured(seconds: number, calls: number): void {
    const mean = seconds / calls;
    this.#secondsPerCall =
      this.#secondsPerCall === null ? mean : this.#secondsPerCall * (1 - NEWEST) + mean * NEWEST;
  }

  #ahead(): number {
    if (this.#secondsPerCall === null) return 1;
    const calls = Math.floor(AHEAD_SECONDS / Math.max(this.#secondsPerCall, 1e-6));
    return Math.min(MAX_AHEAD, Math.max(1, calls));
  }
}
