import type { ConfigValue } from '@/lib/recipes/config-value';

/** One argument of the command line, parsed by Hydra's grammar. */
export type Override = {
  /** As it was written. */
  readonly text: string;
  /** Position among the overrides. */
  readonly index: number;
  readonly action: 'change' | 'add' | 'force-add' | 'delete';
  /** Config path or group. */
  readonly key: string;
  /** The part after `@`. */
  readonly package: string | null;
  /** Null when no value was given (`~key`). */
  readonly value: ConfigValue | null;
  /** Several values to try: no run can have them all. */
  readonly isSweep: boolean;
};
