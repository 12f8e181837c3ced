import type { Assembly } from './assemble';

type Lap = 'trainer_wait' | 'train' | 'sync';

export type StepClock = {
  /** Ends a part of the step. */
  lap(name: Lap): void;
  end(): { readonly seconds: number; readonly metrics: StepTimes };
};

type StepTimes = Readonly<
  Record<`timing/${'step' | 'rollout' | 'evaluate' | 'outage' | 'wait' | 'sampler_wait' | Lap}`, number>
>;

/**
 * Where the wall time of a step goes, in seconds. Trainer and samplers are two clocks: the trainer waits, trains and
 * syncs; in the same time rollouts are in flight, wait for weights or for the trainer, or the service is out.
 */
export function startClock({ rolloutTimes }: Pick<Assembly, 'rolloutTimes'>, now: () => number): StepClock {
  const started = now();
  const before = rolloutTimes();
  const laps: Record<Lap, number> = { trainer_wait: 0, train: 0, sync: 0 };
  let since = started;
  return {
    lap: (name) => {
      const time = now();
      laps[name] = (time - since) / 1000;
      since = time;
    },
    end: () => {
      const seconds = (now() - started) / 1000;
      const after = rolloutTimes();
      const rollout = after.rollout - before.rollout;
      const evaluate = after.evaluate - before.evaluate;
      const outage = after.outage - before.outage;
      const busy = Math.min(laps.trainer_wait, rollout + evaluate);
      return {
        seconds,
        metrics: {
          'timing/step': seconds,
          'timing/rollout': rollout,
          'timing/evaluate': evaluate,
          'timing/outage': outage,
          'timing/train': laps.train,
          'timing/sync': laps.sync,
          'timing/trainer_wait': laps.trainer_wait,
          'timing/sampler_wait': Math.max(0, seconds - rollout - evaluate - outage),
          'timing/wait': Math.max(0, seconds - busy - laps.train - laps.sync),
        },
      };
    },
  };
}
