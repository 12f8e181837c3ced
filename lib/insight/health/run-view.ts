import { isFinished, type Run } from '@/lib/domain/run';
import { type ConfigView, createConfigView } from '@/lib/recipes/config-view';
import { createTrack, type HealthSeries, type Track } from './track';

/** An `advisory` event of the run itself. */
export type ToldAdvisory = {
  readonly code: string;
  readonly severity: 'info' | 'warning' | 'error';
  readonly message: string;
  readonly step: number | null;
  /** Unix milliseconds. */
  readonly time: number;
};

/** Whether what a run said is past: it has gone on since, or ended well. */
export function isOver({ step }: ToldAdvisory, run: HealthInput['run']): boolean {
  return (step !== null && run.step > step) || (isFinished(run.status) && run.status !== 'failed');
}

export type HealthInput = {
  readonly run: Pick<Run, 'status' | 'reason' | 'step' | 'totalSteps' | 'heartbeatAt'>;
  /** When the run took its status, in Unix milliseconds; null where nobody wrote it down. */
  readonly statusSince: number | null;
  /** Resolved config. */
  readonly config: unknown;
  /** Current points in step order. */
  readonly series: readonly HealthSeries[];
  readonly told: readonly ToldAdvisory[];
  /** Unix milliseconds. */
  readonly now: number;
};

/** A run as rules see it. */
export type RunView = Omit<HealthInput, 'config' | 'series'> & {
  readonly config: ConfigView;
  /** The first of the keys that the run has points of: trainers call one thing by several names. */
  track(keys: readonly string[]): Track | null;
};

export function createRunView({ config, series, ...rest }: HealthInput): RunView {
  const byKey = new Map(series.filter(({ step }) => step.length > 0).map((one) => [one.key, one]));
  const tracks = new Map<string, Track>();
  const trackOf = (one: HealthSeries): Track => {
    const track = tracks.get(one.key) ?? createTrack(one);
    tracks.set(one.key, track);
    return track;
  };
  return {
    ...rest,
    config: createConfigView(config),
    track: (keys) => {
      const found = keys.map((key) => byKey.get(key)).find((one) => one !== undefined);
      return found === undefined ? null : trackOf(found);
    },
  };
}
