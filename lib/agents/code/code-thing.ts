/** What came of a call into a recipe's code. A failure is data. */
export type CodeOutcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string; readonly isTimeout: boolean };

export type CodeCall = {
  /** Null calls the thing itself. */
  readonly method: string | null;
  readonly args: readonly unknown[];
  /** By name; TypeScript, which has no such thing, gets them as one object behind `args`. */
  readonly kwargs?: Readonly<Record<string, unknown>>;
  readonly timeoutMs: number;
  /** Setting that the limit comes from, for messages. */
  readonly limitedBy: string;
  /** Answers what the code asks of the run while it runs. */
  readonly onRequest?: (name: string, payload: unknown, signal: AbortSignal) => Promise<unknown>;
};

/** A class made once, or a function, of a recipe's code in a process of its own. */
export type CodeThing = {
  /** Names of its own methods; empty for a function. */
  readonly methods: readonly string[];
  /** Rejects with the signal's reason only. */
  call(call: CodeCall, signal: AbortSignal): Promise<CodeOutcome>;
};

export type CodeTarget = {
  /** Absolute. */
  readonly file: string;
  readonly name: string;
  /** `worker`: a class made with `config` alone. `tool`: a function, or a class made with `config`. */
  readonly use: 'worker' | 'tool';
  readonly config: Readonly<Record<string, unknown>>;
};

/** Runs a recipe's code, whichever language it is in. */
export type CodeHost = {
  /** Rejects with an `AppError` that says what is wrong with the code. */
  load(target: CodeTarget): Promise<CodeThing>;
  close(): Promise<void>;
};
