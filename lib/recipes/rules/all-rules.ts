import { ADDRESS_RULES } from './address-rules';
import { ALGORITHM_RULES } from './algorithm-rules';
import { BATCH_RULES } from './batch-rules';
import { DATA_RULES } from './data-rules';
import { DISTILLATION_RULES } from './distillation-rules';
import { GPU_RULES } from './gpu-rules';
import { LEARNING_RULES } from './learning-rules';
import { LENGTH_RULES } from './length-rules';
import { ORDER_RULES } from './order-rules';
import type { Rule } from './rule';
import { RUN_RULES } from './run-rules';
import { SCHEDULE_RULES } from './schedule-rules';
import { SERVICE_RULES } from './service-rules';
import { STAGE_RULES } from './stage-rules';

/** Every rule across keys, in the order in which findings of one severity are shown. */
export const ALL_RULES: readonly Rule[] = [
  ...SERVICE_RULES,
  ...ADDRESS_RULES,
  ...LENGTH_RULES,
  ...ORDER_RULES,
  ...DATA_RULES,
  ...LEARNING_RULES,
  ...DISTILLATION_RULES,
  ...SCHEDULE_RULES,
  ...STAGE_RULES,
  ...BATCH_RULES,
  ...ALGORITHM_RULES,
  ...GPU_RULES,
  ...RUN_RULES,
];

const BY_ID = new Map(ALL_RULES.map((rule) => [rule.id, rule]));

/** The rule behind a diagnostic's code; undefined for what the schema or the recipe itself checks. */
export function ruleOf(code: string): Rule | undefined {
  return BY_ID.get(code);
}
