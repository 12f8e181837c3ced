type Activity = 'sampling' | 'scoring';

export type RolloutTimes = {
  /** Seconds in which at least one completion was being sampled. */
  readonly rollout: number;
  /** Seconds in which evaluations were all that was pending. */
  readonly evaluate: number;
};

export type BusyMeter = {
  during<T>(activity: Activity, work: () => Promise<T>): Promise<T>;
  /** Since the meter was made. */
  seconds(): RolloutTimes;
};

/** Splits the wall time of many overlapping rollouts: sampling while any samples, scoring while nothing else goes on. */
export function createBusyMeter(now: () => number): BusyMeter {
  const pending = { sampling: 0, scoring: 0 };
  const spent = { sampling: 0, scoring: 0 };
  let since = now();
  const settle = (): void => {
    const time = now();
    if (pending.sampling > 0) spent.sampling += time - since;
    else if (pending.scoring > 0) spent.scoring += time - since;
    since = time;
  };
  return {
    during: async (activity, work) => {
      settle();
      pending[activity] += 1;
      try {
        return await work();
      } finally {
        settle();
        pending[activity] -= 1;
      }
    },
    seconds: () => {
      settle();
      return { rollout: spent.sampling / 1000, evaluate: spent.scoring / 1000 };
    },
  };
}
