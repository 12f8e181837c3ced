import type { MetricInfo } from './metric';
import { family } from './metric-family';

/** Failures of a run by who failed, and what an outage took. */
export const FAILURE_METRICS: readonly MetricInfo[] = [
  ...family('reward', [
    [
      'rollout/failed_service',
      'Failed: service',
      'count',
      'lower',
      'Rollouts of a step that failed for good because a service refused a call.',
    ],
    [
      'rollout/failed_timeout',
      'Failed: time limit',
      'count',
      'lower',
      'Rollouts of a step whose call of the model or of the recipe’s worker was cut at its limit, in every try.',
    ],
    [
      'rollout/failed_evaluator_error',
      'Failed: evaluator',
      'count',
      'lower',
      'Rollouts of a step that the evaluator did not score: it raised, or returned something else.',
    ],
    [
      'rollout/failed_evaluator_timeout',
      'Failed: evaluator’s limit',
      'count',
      'lower',
      'Rollouts of a step whose evaluation was cut at rollout_worker.evaluator_timeout.',
    ],
    [
      'rollout/failed_worker',
      'Failed: worker',
      'count',
      'lower',
      'Rollouts of a step that the code that makes them could not make.',
    ],
  ]),
  ...family('timing', [
    [
      'timing/outage',
      'Outage time',
      'seconds',
      'lower',
      'Time of the step in which the inference service was out and rollouts waited for it; not counted as rollout time.',
    ],
  ]),
];
