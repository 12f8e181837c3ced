/**
 * Who failed when a rollout failed: `service` = a backend refused a call, `timeout` = a call of the model or of the
 * recipe's worker was cut at its limit, `worker` = code that makes the rollout. What a tool does wrong is told to the
 * model, counted as `rollout/tool_errors` and `rollout/tool_timeouts`, and fails nothing.
 */
export const FAILURE_KINDS = [
  'service',
  'timeout',
  'evaluator_error',
  'evaluator_timeout',
  'worker',
] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];
