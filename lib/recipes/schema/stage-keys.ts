import { z } from 'zod';
import { read } from './key-meta';
import { positive } from './value-types';

const changes = () => z.record(z.string(), z.unknown()).nullish();

/** What stages cannot change is in `lib/recipes/rules/stage-rules.ts`. */
export const Stages = read(
  z
    .array(
      z.looseObject({
        name: read(z.string().min(1), {
          meaning: 'Name of the stage, in charts and in the log.',
          readers: ['run process'],
          examples: ['"easy"'],
          isGalleys: true,
        }),
        steps: read(positive, {
          meaning: 'Steps of the stage; together they are trainer.total_train_steps.',
          unit: 'steps',
          readers: ['run process', 'checks'],
          examples: ['100'],
          isGalleys: true,
        }),
        data: read(changes(), {
          meaning: 'Keys of data that are others in this stage.',
          readers: ['run process', 'data loader'],
          isGalleys: true,
        }),
        overrides: read(changes(), {
          meaning:
            'Other keys that are others in this stage, in the shape of the recipe: rollout_worker limits, trainer.algorithm, trajectory_pool, sync mode, config of the training service.',
          readers: ['run process'],
          isGalleys: true,
        }),
      }),
    )
    .nullish(),
  {
    meaning: 'Parts of one run with data and settings of their own; weights and optimizer go on.',
    readers: ['run process'],
    isGalleys: true,
  },
);
