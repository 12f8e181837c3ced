import { z } from 'zod';
import { known, read } from './key-meta';
import { positive } from './value-types';

export const READINESS = [
  'batch_size_reached',
  'loaded_batch_finished',
  'batch_size_reached_and_loaded_batch_finished',
] as const;

const Pool = z.looseObject({
  type: known(z.enum(['default']), { meaning: 'Kind of pool.', readers: ['trajectory pool'] }),
  batch_size: read(positive.nullish(), {
    meaning: 'Trajectories that make a batch.',
    unit: 'trajectories',
    fallback: '32; with fully-async, data.batch_size · data.rollout_repeat_n',
    readers: ['trajectory pool', 'checks'],
    inert: [
      {
        because: 'a batch is ready when its loaded prompts are finished, whatever their number',
        when: (config) =>
          config.get('weight.sync_mode') !== 'fully-async' &&
          (config.get('trajectory_pool.check_batch_ready_function') ?? 'loaded_batch_finished') ===
            'loaded_batch_finished',
      },
    ],
  }),
  group_size: read(positive.default(1), {
    meaning: 'Trajectories that a group needs before it counts.',
    unit: 'trajectories',
    readers: ['trajectory pool'],
    inert: [
      {
        because: 'trajectory_pool.key_list is empty, so nothing is grouped',
        when: (config) => {
          const keys = config.get('trajectory_pool.key_list');
          return !Array.isArray(keys) || keys.length === 0;
        },
      },
    ],
  }),
  key_list: read(z.array(z.string()).default([]), {
    meaning: 'Fields by which the pool groups trajectories.',
    readers: ['trajectory pool'],
    examples: ['["group_id"]'],
  }),
  check_batch_ready_function: read(z.enum(READINESS).nullish(), {
    meaning: 'When a batch is handed to the trainer.',
    fallback: 'loaded_batch_finished; with fully-async, batch_size_reached',
    readers: ['trajectory pool', 'checks'],
  }),
});

export const TrajectoryPool = read(
  Pool.nullish().transform((value) => value ?? Pool.parse({})),
  { meaning: 'Where trajectories wait until a batch is complete.', readers: ['trajectory pool'] },
);
