/** Python code of a recipe, and how it is made callable. */
export type PythonTarget = {
  /** A file by its absolute path, or a module that is found through `paths`. */
  readonly source: { readonly file: string } | { readonly module: string };
  /** Class, or function where `make` says so. */
  readonly name: string;
  /**
   * evaluator: the class is made with `args` as keywords, and `evaluate(data, target)` gives a checked score.
   * worker: the class is made with `args` as its configuration. object: the class is made with `args` as keywords.
   * function: the thing itself is called (`method: null`).
   */
  readonly make: 'evaluator' | 'worker' | 'object' | 'function';
  readonly args?: Readonly<Record<string, unknown>>;
  /** Folders from which its imports are looked up first; absolute. */
  readonly paths: readonly string[];
  /** Folders whose lines a failure names; absolute. */
  readonly roots: readonly string[];
  /** Calls at once in one process, for code that waits and is not asynchronous; each thread has an object of its own. */
  readonly threads?: number;
};

/** A target that has been loaded once; it is loaded again in every fresh process. */
export type PythonHandle = {
  readonly id: number;
  readonly name: string;
  /** Methods of the recipe's own class: for a worker, the hooks that it overrides. */
  readonly methods: readonly string[];
};

export type PythonCall = {
  readonly handle: PythonHandle;
  /** Null calls the thing itself. */
  readonly method: string | null;
  /** Positional; plain JSON. */
  readonly args?: readonly unknown[];
  readonly kwargs?: Readonly<Record<string, unknown>>;
  readonly timeoutMs: number;
  /** Setting that the limit comes from, for messages. */
  readonly limitedBy?: string;
  /** Answers what the code asks for with `request(name, payload)`; the signal aborts when the call is over. */
  readonly onRequest?: (name: string, payload: unknown, signal: AbortSignal) => Promise<unknown>;
};

/** What came of a call. A failure is data. */
export type PythonOutcome = PythonResult | PythonFailure;

export type PythonResult = {
  readonly ok: true;
  /** Plain JSON. */
  readonly value: unknown;
  readonly printed: readonly string[];
};

export type PythonFailure = {
  readonly ok: false;
  /** Type and message, and the recipe's own line, as in `ValueError: no number at agent_workspace/evaluator.py:12`. */
  readonly message: string;
  /** The call was cut at its limit. */
  readonly isTimeout: boolean;
  /** The recipe's own line that is nearest to the error. */
  readonly place: { readonly file: string; readonly line: number } | null;
  readonly traceback: readonly string[];
  readonly printed: readonly string[];
};

/** Python processes that run a recipe's code. */
export type PythonPool = {
  /** Rejects with an `AppError` that says what is wrong with the code or its surroundings, and what to do. */
  load(target: PythonTarget): Promise<PythonHandle>;
  /** Rejects with the signal's reason only. A call whose process ends under it is tried once more on a fresh one. */
  call(call: PythonCall, signal: AbortSignal): Promise<PythonOutcome>;
  /** Fails what is pending and ends all processes; resolves when they have ended. */
  close(): Promise<void>;
};
