import type { Rule } from '../rule';
import { HELD_OUT_GAP } from './held-out-gap';
import { LIVENESS_RULES } from './liveness-rules';
import { SIGNAL_RULES } from './signal-rules';
import { TUNING_RULES } from './tuning-rules';
import { UPDATE_RULES } from './update-rules';

/** The one table of rules, in the order in which they are told. */
export const RULES: readonly Rule[] = [
  ...LIVENESS_RULES,
  ...SIGNAL_RULES,
  ...UPDATE_RULES,
  HELD_OUT_GAP,
  ...TUNING_RULES,
];

/** Every series that a rule reads. */
export const HEALTH_KEYS: readonly string[] = [...new Set(RULES.flatMap(({ keys }) => keys))].toSorted();
