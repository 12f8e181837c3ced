/** Decides when the service ends. Told the time from outside, so that tests need not wait. */
export type Lifetime = {
  /** Call every second or so. Gives the reason to end now, or null. */
  check(): Promise<string | null>;
};

export type LifetimeOptions = {
  readonly now: () => number;
  /** Milliseconds without any model after which the service ends. */
  readonly idleMs: number;
  readonly registry: { dropSilent(): Promise<void>; isIdle(): boolean };
  readonly isClaimHeld: () => Promise<boolean>;
};

/** Looking at the claim reads a folder; a service that lost it does no harm for so long. */
const CLAIM_CHECK_MS = 5_000;

export function createLifetime(options: LifetimeOptions): Lifetime {
  const { now, registry } = options;
  let idleSince = now();
  let claimCheckedAt = now();

  return {
    async check() {
      await registry.dropSilent();
      if (!registry.isIdle()) idleSince = now();
      else if (now() - idleSince >= options.idleMs) return `no model for ${options.idleMs / 1000} s`;
      if (now() - claimCheckedAt < CLAIM_CHECK_MS) return null;
      claimCheckedAt = now();
      return (await options.isClaimHeld())
        ? null
        : 'another service has taken over, or the data folder is gone';
    },
  };
}
