import { expect, test } from 'vitest';
import type { Backend } from '@/lib/domain/run';
import { createConfigView } from '../config-view';
import { ALGORITHM_RULES } from './algorithm-rules';

type Config = Readonly<Record<string, unknown>>;

/** The outcome of one rule for a recipe with this trainer and this config of its actor. */
function outcomeOf(
  id: string,
  backend: Backend,
  parts: { trainer?: Config; config?: Config; data?: Config },
) {
  const root = {
    data: { max_response_length: 100, ...parts.data },
    trainer: { type: 'remote_api_grpo', ...parts.trainer },
    service: { train_service: { main: { config: parts.config ?? {} } } },
  };
  const rule = ALGORITHM_RULES.find((each) => each.id === id);
  if (rule === undefined) throw new Error(`no rule ${id}`);
  return rule.check({
    config: createConfigView(root),
    backend,
    actor: 'service.train_service.main',
    variant: 'embedded.yaml',
  });
}

test.each([
  ['embedded', 'gspo', null],
  ['embedded', 'dro', /computes importance_sampling, ppo, gspo and cispo/],
  ['tinker', 'gspo', /Tinker computes/],
  ['tinker', 'cispo', null],
  ['weaver', 'cispo', /Weaver computes/],
] as const)('%s and the loss %s', (backend, loss, message) => {
  const outcome = outcomeOf('loss-fits-service', backend, { config: { loss_fn: loss } });
  if (message === null) expect(outcome).toBe(loss);
  else expect(JSON.stringify(outcome)).toMatch(message);
});

test('a KL term in the loss is refused with what to use instead, where the service has none', () => {
  const parts = { config: { use_kl_loss: true } };
  expect(outcomeOf('kl-loss-fits-service', 'embedded', parts)).toBe('the embedded service');
  expect(JSON.stringify(outcomeOf('kl-loss-fits-service', 'tinker', parts))).toContain(
    'trainer.algorithm.use_kl_in_reward',
  );
});

test('GSPO with a token mean is refused, wherever it is set', () => {
  const config = { loss_fn: 'gspo' };
  expect(outcomeOf('gspo-counts-sequences', 'embedded', { config })).toBe('seq-mean-token-mean');
  const own = outcomeOf('gspo-counts-sequences', 'embedded', {
    config: { ...config, loss_agg_mode: 'token-mean' },
  });
  expect(own).toMatchObject({ path: 'service.train_service.main.config.loss_agg_mode' });
  const trainer = { algorithm: { loss_agg_mode: 'token-mean' } };
  expect(outcomeOf('gspo-counts-sequences', 'embedded', { config, trainer })).toMatchObject({
    path: 'trainer.algorithm.loss_agg_mode',
  });
});

test('importance weights need both sides', () => {
  const rule = 'importance-weights-have-two-sides';
  const algorithm = { tis_imp_ratio_cap: 2 };
  expect(outcomeOf(rule, 'embedded', { trainer: { algorithm } })).toMatchObject({
    repair: { path: 'trainer.algorithm.do_old_log_prob_compute' },
  });
  expect(outcomeOf(rule, 'embedded', { trainer: { type: 'self_hosted_grpo', algorithm } })).toBe('cap 2');
  const computed = { algorithm: { ...algorithm, do_old_log_prob_compute: true } };
  expect(outcomeOf(rule, 'embedded', { trainer: computed })).toBe('cap 2');
});

test('an overlong buffer longer than a response is refused', () => {
  const trainer = { algorithm: { overlong_buffer: { len: 101 } } };
  expect(outcomeOf('overlong-buffer-fits', 'embedded', { trainer })).toMatchObject({
    path: 'trainer.algorithm.overlong_buffer.len',
  });
});

test('an embedded student needs a saved state as its teacher', () => {
  const rule = 'teacher-fits-service';
  const type = 'remote_api_opd';
  const withTeacher = (teacher: Config) =>
    outcomeOf(rule, 'embedded', { trainer: { type, teachers: [teacher] } });
  expect(withTeacher({ base_model: 'Qwen/Qwen3-32B' })).toMatchObject({
    path: 'trainer.teachers[0].checkpoint',
  });
  expect(withTeacher({ backend: 'tinker' })).toMatchObject({ path: 'trainer.teachers[0].backend' });
  expect(withTeacher({ checkpoint: 'checkpoints/run-1/step-2' })).toBe('checkpoints/run-1/step-2');
});
