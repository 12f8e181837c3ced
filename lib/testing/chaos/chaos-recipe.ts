import path from 'node:path';

/** Steps of a run under chaos. */
export const CHAOS_STEPS = 10;

/**
 * The digits task's score in Python. A file beside the data makes the next evaluation hang for good: the one that takes the
 * file away does.
 */
export function chaosEvaluator(hangFile: string): string {
  return `
import os, time
from nexrl.rollout_worker import EvaluationRunResult

class DigitEvaluator:
    def evaluate(self, data, target):
        try:
            os.remove(${JSON.stringify(hangFile)})
            time.sleep(3600)
        except FileNotFoundError:
            pass
        code = lambda text: ord(text[0]) if text else 0
        right = target.final_answer == data["answer"]
        distance = min(256, abs(code(target.final_answer) - code(data["answer"])))
        reward = 1.0 if right else 0.5 - distance / 512
        return EvaluationRunResult(reward=reward, metrics={"exact_match": 1.0 if right else 0.0})
`;
}

export function hangFileOf(folder: string): string {
  return path.join(folder, 'hang-now');
}

/** Ten quick steps with a checkpoint at every second one, against a mock service; every failure is tried again. */
export function chaosConfig(mockUrl: string): Readonly<Record<string, unknown>> {
  return {
    data: { batch_size: 4, rollout_repeat_n: 4 },
    rollout_worker: {
      num_workers: 16,
      evaluator_module_path: 'agent_workspace/evaluator.py:DigitEvaluator',
      evaluator_processes: 1,
      evaluator_timeout: 0.5,
      max_attempts: 8,
      retry_on: ['service', 'timeout', 'evaluator_error', 'evaluator_timeout', 'worker'],
      retry_pause: 0.02,
    },
    runtime_monitor: { service_outage: { failures: 4, retry_pause: 0.02, max_retry_pause: 0.1 } },
    trainer: { total_train_steps: CHAOS_STEPS, save_freq: 2, warm_start: null },
    service: {
      inference_service: { backend: 'mock', mock_url: mockUrl },
      train_service: { actor: { backend: 'mock' } },
    },
    validate: null,
  };
}
