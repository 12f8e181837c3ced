import { z } from 'zod';
import { known, read } from './key-meta';
import { whole } from './value-types';

export const SYNC_MODES = ['sync', 'batch-async', 'fully-async'] as const;

export const Weight = read(
  z
    .looseObject({
      sync_mode: read(z.enum(SYNC_MODES).default('sync'), {
        meaning: 'Whether rollouts wait for the weights of the last step, may lag behind, or never wait.',
        readers: ['run process', 'weight sync', 'checks'],
      }),
      type: known(z.enum(['default']), {
        meaning: 'Kind of weight synchronisation.',
        readers: ['weight sync'],
      }),
      staleness_threshold: read(whole.nonnegative().nullish(), {
        meaning:
          'Weight versions that a rollout may lag behind the weights that train on it. batch-async never samples older ones; fully-async leaves older ones out.',
        unit: 'versions',
        readers: ['weight sync', 'run process'],
        fallback: 'none; 1 with fully-async',
        inert: [
          {
            because: 'weight.sync_mode is sync',
            when: (config) => (config.get('weight.sync_mode') ?? 'sync') === 'sync',
          },
        ],
      }),
      validate_freq: known(whole.nonnegative(), {
        meaning: 'Weight versions between two validations; 0 turns them off.',
        unit: 'versions',
        readers: ['weight sync'],
        examples: ['${validate.eval.validate_freq}'],
      }),
      sync_method: known(z.enum(['disk', 'network', 'tinker', 'weaver', 'mock']), {
        meaning: 'How new weights reach the inference service.',
        readers: ['weight sync', 'checks'],
        backends: ['self_hosted', 'tinker', 'weaver'],
      }),
      sync_weight_path: known(z.string(), {
        meaning: 'Folder of those weights; equals trainer.sync_weight_path.',
        readers: ['weight sync', 'checks'],
        backends: ['self_hosted'],
        fallback: '""',
        examples: ['${trainer.sync_weight_path}'],
      }),
    })
    .nullish(),
  { meaning: 'When and how new weights reach the rollouts.', readers: ['weight sync'] },
);
