import { z } from 'zod';
import { Data, Validate } from './data-keys';
import { RolloutWorker } from './rollout-keys';
import { TrajectoryPool } from './trajectory-pool-keys';
import { RuntimeMonitor } from './monitor-keys';
import { Checkpoint, Debug, Environment, LegacyResource, Logger, Resume, TOP_KEYS } from './run-keys';
import { Service } from './service-keys';
import { Stages } from './stage-keys';
import { Trainer } from './trainer-keys';
import { Weight } from './weight-keys';

/**
 * Every key of a recipe, once: what the run process reads, what is checked, completed, shown and documented.
 * Unknown keys pass; the checks name them.
 */
export const RecipeSchema = z.looseObject({
  ...TOP_KEYS,
  data: Data,
  rollout_worker: RolloutWorker,
  trajectory_pool: TrajectoryPool,
  trainer: Trainer,
  stages: Stages,
  service: Service,
  weight: Weight,
  validate: Validate,
  environment: Environment,
  logger: Logger,
  checkpoint: Checkpoint,
  resume: Resume,
  runtime_monitor: RuntimeMonitor,
  debug: Debug,
  resource: LegacyResource,
});
