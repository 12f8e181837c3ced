import { type TrackerName, TRACKER_NAMES } from './tracker';

/** The trackers that the value of `logger.backend` names, each once; `tracking` is wandb's name in older recipes. */
export function trackerNames(backend: unknown): readonly TrackerName[] {
  const named = [backend].flat().map((name) => (name === 'tracking' ? 'wandb' : name));
  return TRACKER_NAMES.filter((name) => named.includes(name));
}
