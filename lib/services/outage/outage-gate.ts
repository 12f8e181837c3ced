import { ServiceError } from '../service-error';

/** A service that does not answer, as those who wait for it are told. Times are milliseconds since 1970. */
export type Outage = {
  readonly service: string;
  /** What the last try said. */
  readonly problem: string;
  readonly since: number;
  readonly nextTryAt: number;
};

export type OutageSettings = {
  /** Failures in a row, without an answer between them, that make an outage; nobody listening makes one at once. */
  readonly failures: number;
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** The longest outage that is waited for; null = any. */
  readonly maxWaitMs: number | null;
};

export type OutageGateOptions = {
  readonly service: string;
  readonly settings: OutageSettings;
  /** Called when an outage begins, after every try, and with null when it is over. */
  readonly onChange: (outage: Outage | null) => void;
  /** Ends every wait with its reason. */
  readonly stop: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
};

type Waiter = { readonly go: () => void; readonly giveUp: (error: ServiceError) => void };

/** Holds the calls to one service while it is out: a circuit breaker whose callers wait instead of failing. */
export class OutageGate {
  readonly #options: OutageGateOptions;
  readonly #waiters = new Set<Waiter>();
  #outage: Outage | null = null;
  #failuresInRow = 0;
  #tries = 0;
  /** Milliseconds of outages that are over. */
  #endedMs = 0;
  /** Of the next try; null while one is under way, and while there is no outage. */
  #timer: NodeJS.Timeout | null = null;

  constructor(options: OutageGateOptions) {
    this.#options = options;
  }

  /** Milliseconds in which the service was out, so far. */
  get outageMs(): number {
    return this.#endedMs + (this.#outage === null ? 0 : this.#options.now() - this.#outage.since);
  }

  /**
   * Calls, and calls again after an outage: what is called must be idempotent. Rejects as the call does for whatever is
   * no outage, with a `ServiceError` that is not retryable when the outage is longer than `maxWaitMs`, and with the
   * reason of the signal or of the stop. `failures`: by default as the settings say; 1 for a call that nobody repeats.
   */
  async through<T>(
    call: () => Promise<T>,
    signal: AbortSignal,
    failures = this.#options.settings.failures,
  ): Promise<T> {
    for (;;) {
      if (this.#outage !== null) await this.#turn(signal);
      try {
        const answer = await call();
        this.#over();
        return answer;
      } catch (error) {
        this.#failed(error, failures);
      }
    }
  }

  /** Throws what is the caller's; returns when it is to wait. */
  #failed(error: unknown, failures: number): void {
    if (!isSilence(error)) {
      // a refusal is an answer; an aborted try is none, and somebody else's turn
      if (error instanceof ServiceError && error.kind !== 'gone') this.#over();
      else if (this.#outage !== null && this.#timer === null) this.#letOneTry();
      throw error;
    }
    this.#failuresInRow += 1;
    const isEnough = this.#failuresInRow >= failures;
    if (this.#outage === null && error.kind !== 'refused' && !isEnough) throw error;
    this.#wait(error);
  }

  #over(): void {
    this.#failuresInRow = 0;
    if (this.#outage === null) return;
    this.#endedMs = this.outageMs;
    this.#outage = null;
    this.#tries = 0;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#options.onChange(null);
    for (const waiter of [...this.#waiters]) waiter.go();
  }

  /** One of those who wait tries; the others learn from it. */
  #letOneTry(): void {
    this.#timer = null;
    const [first] = this.#waiters;
    if (first !== undefined) first.go();
    // nobody asks any more: the next call is the next try
    else this.#over();
  }

  #wait(error: ServiceError): void {
    const { settings, now, random, service, onChange } = this.#options;
    const since = this.#outage?.since ?? now();
    if (settings.maxWaitMs !== null && now() - since >= settings.maxWaitMs) throw this.#giveUp(error, since);
    // a call that was under way when the outage began says nothing new
    if (this.#timer !== null) return;
    this.#tries += 1;
    const longest = Math.min(settings.longestPauseMs, settings.firstPauseMs * 2 ** (this.#tries - 1));
    const pauseMs = longest * (0.5 + random() / 2);
    this.#outage = { service, problem: error.message, since, nextTryAt: now() + pauseMs };
    this.#timer = setTimeout(() => this.#letOneTry(), pauseMs);
    // a wait that a stop has ended must not hold the process
    this.#timer.unref();
    onChange(this.#outage);
  }

  #giveUp(error: ServiceError, since: number): ServiceError {
    const { service, now } = this.#options;
    const seconds = Math.round((now() - since) / 1000);
    const message = `${error.message}; the ${service} has been out for ${seconds} s, longer than runtime_monitor.service_outage.max_wait allows`;
    const final = new ServiceError('rejected', message, { cause: error, retryable: false });
    for (const waiter of [...this.#waiters]) waiter.giveUp(final);
    this.#over();
    return final;
  }

  #turn(signal: AbortSignal): Promise<void> {
    const { stop } = this.#options;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiters.delete(waiter);
        signal.removeEventListener('abort', onAbort);
        stop.removeEventListener('abort', onAbort);
      };
      const end = (error: Error): void => {
        leave();
        reject(error);
      };
      const onAbort = (): void => end(reasonOf(signal.aborted ? signal : stop));
      const waiter: Waiter = {
        go: () => {
          leave();
          resolve();
        },
        giveUp: end,
      };
      if (signal.aborted || stop.aborted) {
        onAbort();
        return;
      }
      signal.addEventListener('abort', onAbort);
      stop.addEventListener('abort', onAbort);
      this.#waiters.add(waiter);
    });
  }
}

/** Nobody answered, or somebody who cannot at the moment (HTTP 408, 429, 5xx). */
function isSilence(error: unknown): error is ServiceError {
  if (!(error instanceof ServiceError)) return false;
  return (
    error.kind === 'refused' || error.kind === 'timeout' || (error.kind === 'rejected' && error.retryable)
  );
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason });
}
