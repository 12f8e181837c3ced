import { expect, test } from 'vitest';
import { RecipeConfig } from './recipe-config';

const CONFIG = {
  data: { data_files: 'train.parquet' },
  rollout_worker: { type: 'simple', num_workers: 4 },
  trainer: { type: 'grpo', total_train_steps: 1 },
  service: { inference_service: { backend: 'sglang' } },
};

const withTraining = (train_service: unknown) =>
  RecipeConfig.parse({ ...CONFIG, service: { ...CONFIG.service, train_service } }).service.train_service;

test('a training service without a name is the actor', () => {
  const service = { backend: 'direct-zmq', url: 'http://localhost:8000' };
  expect(withTraining(service)).toMatchObject({ main_actor: { ...service, role: 'actor' } });
  expect(withTraining({ student: service })).toMatchObject({ student: { ...service, role: 'actor' } });
});
