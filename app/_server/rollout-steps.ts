import 'server-only';
import type { RolloutSteps } from '@/lib/api-client/wire';
import type { RunId } from '@/lib/domain/run';
import type { TrajectoryStore } from '@/lib/trajectories/trajectory-store';

/** Steps that have rollouts, trained on and held out. */
export async function rolloutSteps(store: Pick<TrajectoryStore, 'steps'>, id: RunId): Promise<RolloutSteps> {
  return { train: [...(await store.steps(id, false))], validation: [...(await store.steps(id, true))] };
}
