export const TRACKER_NAMES = ['console', 'wandb', 'mlflow', 'swanlab'] as const;
export type TrackerName = (typeof TRACKER_NAMES)[number];

/** The environment of a run. Never to be shown. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** What a tracker learns of a run as each of its processes begins. */
export type TrackedRun = {
  /** The same for every process of the run, and unlike that of any other: 21 lower-case letters and digits. */
  readonly key: string;
  readonly project: string;
  readonly name: string;
  readonly tags: readonly string[];
  /** Resolved configuration; secrets are the word and their name. */
  readonly config: unknown;
};

/** The metrics that a run wrote at a step. */
export type TrackedPoint = {
  readonly step: number;
  /** Unix milliseconds. */
  readonly time: number;
  readonly values: Readonly<Record<string, number>>;
};

export type TrackedEnd = 'succeeded' | 'stopped' | 'failed';

/**
 * A service that follows a run. Its calls come one at a time, and each ends when the signal says so; a rejection means
 * that the tracker did not take it.
 */
export type Tracker = {
  readonly name: TrackerName;
  /** Begins the run there, or continues it. */
  open(signal: AbortSignal): Promise<void>;
  log(points: readonly TrackedPoint[], signal: AbortSignal): Promise<void>;
  end(status: TrackedEnd, signal: AbortSignal): Promise<void>;
  /** Lets go of what it holds; `open` takes it again. */
  close(): void;
};

/** The tracker will not take the run, however often it is asked: not installed, no key. Says what to do. */
export class TrackerRefusal extends Error {
  override readonly name = 'TrackerRefusal';
}
