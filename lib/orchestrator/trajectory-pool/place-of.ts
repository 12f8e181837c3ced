import type { RolloutTask } from '../rollout/rollout';

/** Names a task among all of a run. */
export function placeOf(task: RolloutTask): string {
  return `${task.step}/${task.prompt}/${task.sample}`;
}
