import { describe, expect, test } from 'vitest';
import { compose } from '../compose';
import type { Diagnostic } from '../diagnostic';
import { applyEdits } from '../edits/apply-edits';
import { removeKey, setValue } from '../edits/edit-layer';
import { nodeAt, parsePlaces } from '../edits/yaml-places';
import { fixEdits } from '../fix-edits';
import { checkRecipe } from '../validate';
import { editPathOf } from '../edits/edit-path';
import { ALL_RULES } from './all-rules';
import { ENV, RECIPE, type Variant } from './rules.fixture';

type Files = Readonly<Record<string, string>>;
/** Config path → YAML; null takes the key out. Changed in the layer that has the key, else added to the variant. */
type Changes = Readonly<Record<string, string | null>>;

/** A recipe that breaks one rule. */
type Row = {
  readonly rule: string;
  readonly on?: Variant;
  readonly set: Changes;
  readonly severity: Diagnostic['severity'];
  readonly path: string;
  /** The line of the range up to the range's end: `batch_size: 8`, or `resource` where only the section is there. */
  readonly shows: string;
  readonly in?: 'common';
  /** What the message has to name, above all the numbers. */
  readonly says: readonly string[];
  /** Title of the fix; null where there is none, because only a person can know what was meant. */
  readonly fix: string | null;
  /** What makes the rule hold, where it says nothing of the recipe as it is. */
  readonly holds?: Changes;
  /** The rule forbids something and has nothing to say where it is not there. */
  readonly silent?: true;
};

const M = 'service.train_service.main';
const A = `${M}.actor`;
const I = 'service.inference_service';
const OPD = {
  'trainer.type': 'self_hosted_opd',
  'service.train_service.t': '{role: teacher, backend: mock}',
};
const REMOTE_OPD = { 'trainer.type': 'remote_api_opd' };
const FULLY = { 'weight.sync_mode': 'fully-async', 'data.keep_batch_order': 'false' };

// A table: one recipe a line.
// prettier-ignore
const ROWS: readonly Row[] = [
  { rule: 'inference-backend-known', set: { [`${I}.backend`]: 'sglan' }, severity: 'error', path: `${I}.backend`, shows: 'backend: sglan', says: ['sglan', 'vllm'], fix: 'Use sglang' },
  { rule: 'inference-backend-known', set: { [`${I}.backend`]: 'something' }, severity: 'error', path: `${I}.backend`, shows: 'backend: something', says: ['something'], fix: null },
  { rule: 'training-services-known', set: { 'service.train_service.t': 'role: teacher\nbackend: direct_zmq' }, severity: 'error', path: 'service.train_service.t.backend', shows: 'backend: direct_zmq', says: ['direct_zmq', 'http'], fix: 'Use direct-zmq' },
  { rule: 'training-services-known', set: { 'service.train_service.t': 'role: critic\nbackend: mock' }, severity: 'error', path: 'service.train_service.t.role', shows: 'role: critic', says: ['critic', 'teacher'], fix: null },
  { rule: 'http-protocol', set: { [`${M}.backend`]: 'http' }, severity: 'info', path: `${M}.backend`, shows: 'backend: http', says: ['http', 'direct-zmq'], fix: 'Use direct-zmq', holds: { [`${M}.backend`]: 'http', [A]: null } },
  { rule: 'one-actor', set: { 'service.train_service.other': 'backend: mock' }, severity: 'error', path: `${M}.role`, shows: 'role: actor', says: ['2 of 2', 'main, other'], fix: null },
  { rule: 'one-actor', set: { [`${M}.role`]: 'teacher' }, severity: 'error', path: `${M}.role`, shows: 'role: teacher', says: ['0 of 1'], fix: 'Make it the actor' },
  { rule: 'identifiers-agree', set: { [`${M}.identifier`]: 'student' }, severity: 'error', path: `${M}.identifier`, shows: 'identifier: student', says: ['"student"', '"default"'], fix: 'Use "default"' },
  { rule: 'identifiers-agree', on: 'embedded', set: { [`${M}.identifier`]: 'student' }, severity: 'warning', path: `${M}.identifier`, shows: 'identifier: student', says: ['"student"', '"default"'], fix: 'Use "default"' },
  { rule: 'backends-agree', set: { [`${M}.backend`]: 'tinker' }, severity: 'error', path: `${M}.backend`, shows: 'backend: tinker', says: ['sglang', 'tinker', 'http'], fix: 'Use http' },
  { rule: 'backends-agree', on: 'weaver', set: { [`${M}.backend`]: 'http' }, severity: 'error', path: `${M}.backend`, shows: 'backend: http', says: ['weaver', 'http'], fix: 'Use weaver' },
  { rule: 'sync-method-fits', set: { 'weight.sync_method': 'tinker' }, severity: 'error', path: 'weight.sync_method', shows: 'sync_method: tinker', says: ['self_hosted', 'disk', 'tinker'], fix: 'Use disk' },
  { rule: 'sync-method-fits', on: 'weaver', set: { 'weight.sync_method': 'disk' }, severity: 'error', path: 'weight.sync_method', shows: 'sync_method: disk', says: ['weaver', 'disk'], fix: 'Use weaver' },
  { rule: 'account-key', on: 'tinker', set: { 'service.tinker_service.api_key': '""' }, severity: 'error', path: 'service.tinker_service.api_key', shows: 'api_key: ""', says: ['empty'], fix: 'Read TINKER_API_KEY' },
  { rule: 'account-key', on: 'weaver', set: { 'service.weaver_service': null }, severity: 'error', path: 'service.weaver_service.api_key', shows: 'service', says: ['not set'], fix: 'Read WEAVER_API_KEY' },
  { rule: 'trainer-fits-backend', set: { 'trainer.type': 'remote_api_grpo' }, severity: 'error', path: 'trainer.type', shows: 'type: remote_api_grpo', says: ['remote_api_grpo', 'self_hosted_opd'], fix: 'Use self_hosted_grpo' },
  { rule: 'trainer-fits-backend', on: 'embedded', set: { 'trainer.type': 'embedded_gpo' }, severity: 'error', path: 'trainer.type', shows: 'type: embedded_gpo', says: ['embedded_gpo', 'remote_api_cross_entropy'], fix: 'Use embedded_grpo', holds: { 'trainer.type': 'remote_api_cross_entropy' } },
  { rule: 'addresses-set', set: { [`${I}.base_url`]: null }, severity: 'error', path: `${I}.base_url`, shows: 'inference_service', says: [`${I}.base_url`], fix: null },
  { rule: 'addresses-set', set: { [`${M}.url`]: '""' }, severity: 'error', path: `${M}.url`, shows: 'url: ""', says: [`${M}.url`], fix: null },
  { rule: 'addresses-valid', set: { [`${I}.base_url`]: 'localhost:8000' }, severity: 'error', path: `${I}.base_url`, shows: 'base_url: localhost:8000', says: ['localhost:8000'], fix: 'Use http://localhost:8000' },
  { rule: 'addresses-valid', set: { [`${M}.url`]: 'http://http://gpu:8000' }, severity: 'error', path: `${M}.url`, shows: 'url: http://http://gpu:8000', says: ['http://http://gpu:8000'], fix: null },
  { rule: 'addresses-valid', set: { [`${I}.base_url`]: '${oc.env:HOST}' }, severity: 'error', path: `${I}.base_url`, shows: 'base_url: ${oc.env:HOST}', says: ['localhost:8000'], fix: null },
  { rule: 'address-without-v1', set: { [`${I}.base_url`]: 'http://gpu:8000/v1' }, severity: 'error', path: `${I}.base_url`, shows: 'base_url: http://gpu:8000/v1', says: ['http://gpu:8000/v1'], fix: 'Use http://gpu:8000' },
  { rule: 'address-without-v1', set: { [`${I}.base_url`]: '${oc.env:URL}' }, severity: 'error', path: `${I}.base_url`, shows: 'base_url: ${oc.env:URL}', says: ['http://localhost:8000/v1'], fix: null },
  { rule: 'asks-at-least-once', set: { [`${I}.max_retries`]: '0' }, severity: 'error', path: `${I}.max_retries`, shows: 'max_retries: 0', says: ['0'], fix: 'Use 3' },
  { rule: 'weights-reach-rollouts', set: { 'weight.sync_method': 'mock' }, severity: 'warning', path: 'weight.sync_method', shows: 'sync_method: mock', says: ['mock', 'direct-zmq'], fix: 'Use disk' },
  { rule: 'sync-folders-agree', set: { 'weight.sync_weight_path': '/exp/other' }, severity: 'error', path: 'weight.sync_weight_path', shows: 'sync_weight_path: /exp/other', says: ['/exp/other', '/exp/sync'], fix: 'Take it from trainer.sync_weight_path' },
  { rule: 'sync-folders-agree', set: { 'trainer.sync_weight_path': '""' }, severity: 'error', path: 'weight.sync_weight_path', shows: 'sync_weight_path: /exp/sync', says: ['empty'], fix: null },
  { rule: 'network-sync', silent: true, set: { 'weight.sync_method': 'network' }, severity: 'error', path: 'weight.sync_method', shows: 'sync_method: network', says: ['north_checkpoint', 'use_weight_provider'], fix: 'Use disk' },
  { rule: 'response-length-agrees', set: { [`${I}.max_tokens`]: '128' }, severity: 'error', path: `${I}.max_tokens`, shows: 'max_tokens: 128', says: ['128', '64'], fix: 'Take it from data.max_response_length' },
  { rule: 'response-length-agrees', on: 'embedded', set: { [`${I}.max_tokens`]: '32' }, severity: 'warning', path: `${I}.max_tokens`, shows: 'max_tokens: 32', says: ['32', '64'], fix: 'Take it from data.max_response_length' },
  { rule: 'sequence-length-set', set: { 'rollout_worker.max_sequence_length': null }, severity: 'info', path: 'rollout_worker.max_sequence_length', shows: 'rollout_worker', in: 'common', says: ['320'], fix: 'Set it to 320' },
  { rule: 'sequence-holds-both', set: { 'rollout_worker.max_sequence_length': '300' }, severity: 'error', path: 'rollout_worker.max_sequence_length', shows: 'max_sequence_length: 300', in: 'common', says: ['256', '64', '320', '300'], fix: 'Use 320' },
  { rule: 'sequence-holds-both', set: { 'data.max_prompt_length': null }, severity: 'error', path: 'rollout_worker.max_sequence_length', shows: 'max_sequence_length: 320', in: 'common', says: ['1024', '64', '1088', '320'], fix: 'Use 1088' },
  { rule: 'sequence-holds-both', on: 'tinker', set: { 'rollout_worker.max_response_length': '65' }, severity: 'error', path: 'rollout_worker.max_sequence_length', shows: 'max_sequence_length: 320', in: 'common', says: ['256', '65', '321'], fix: 'Use 321' },
  { rule: 'filter-needs-tokenizer', set: { 'data.filter_prompts': 'true' }, severity: 'error', path: 'data.filter_prompts', shows: 'filter_prompts: true', says: ['data.tokenizer_path'], fix: 'Turn the filter off', holds: { 'data.filter_prompts': 'true', 'data.tokenizer_path': '/models/q' } },
  { rule: 'filter-needs-tokenizer', set: { 'validate.data.filter_prompts': 'true' }, severity: 'error', path: 'validate.data.filter_prompts', shows: 'filter_prompts: true', says: ['validate.data.tokenizer_path'], fix: 'Turn the filter off', holds: { 'validate.data.filter_prompts': 'true', 'validate.data.tokenizer_path': '/models/q' } },
  { rule: 'worker-response-agrees', set: { 'rollout_worker.max_response_length': '32' }, severity: 'warning', path: 'data.max_response_length', shows: 'max_response_length: 64', in: 'common', says: ['64', '32'], fix: 'Take it from rollout_worker.max_response_length', holds: { 'rollout_worker.max_response_length': '64' } },
  { rule: 'context-holds-response', on: 'embedded', set: { 'service.embedded_service.model.context': '64' }, severity: 'warning', path: 'service.embedded_service.model.context', shows: 'context: 64', says: ['64'], fix: null },
  { rule: 'attention-heads-fit', on: 'embedded', set: { 'service.embedded_service.model.heads': '3' }, severity: 'error', path: 'service.embedded_service.model.heads', shows: 'heads: 3', says: ['64', '3', '21.33'], fix: 'Use 2 heads' },
  { rule: 'ready-needs-order', set: { 'trajectory_pool.check_batch_ready_function': 'loaded_batch_finished', 'data.keep_batch_order': 'false' }, severity: 'error', path: 'data.keep_batch_order', shows: 'keep_batch_order: false', says: ['loaded_batch_finished'], fix: 'Keep the order', holds: { 'trajectory_pool.check_batch_ready_function': 'loaded_batch_finished', 'data.keep_batch_order': 'true' } },
  { rule: 'ready-needs-order', set: { 'weight.sync_mode': 'fully-async', 'trajectory_pool.check_batch_ready_function': 'loaded_batch_finished' }, severity: 'error', path: 'trajectory_pool.check_batch_ready_function', shows: 'check_batch_ready_function: loaded_batch_finished', says: ['fully-async', 'batch_size_reached', 'loaded_batch_finished'], fix: 'Take what is there', holds: { 'trajectory_pool.check_batch_ready_function': 'loaded_batch_finished', 'data.keep_batch_order': 'true' } },
  { rule: 'order-needs-ready', set: { 'trajectory_pool.check_batch_ready_function': 'batch_size_reached', 'data.keep_batch_order': 'true' }, severity: 'error', path: 'trajectory_pool.check_batch_ready_function', shows: 'check_batch_ready_function: batch_size_reached', says: ['batch_size_reached'], fix: 'Wait for the loaded batch', holds: { 'trajectory_pool.check_batch_ready_function': 'batch_size_reached_and_loaded_batch_finished', 'data.keep_batch_order': 'true' } },
  { rule: 'order-fits-sync', set: { 'data.keep_batch_order': 'false' }, severity: 'error', path: 'data.keep_batch_order', shows: 'keep_batch_order: false', says: ['sync', 'true', 'false'], fix: 'Set it to true', holds: { 'data.keep_batch_order': 'true' } },
  { rule: 'order-fits-sync', set: { ...FULLY, 'data.keep_batch_order': 'true' }, severity: 'error', path: 'data.keep_batch_order', shows: 'keep_batch_order: true', says: ['fully-async'], fix: 'Set it to false', holds: FULLY },
  { rule: 'pool-holds-batch', set: { 'trajectory_pool.batch_size': '16' }, severity: 'error', path: 'trajectory_pool.batch_size', shows: 'batch_size: 16', says: ['32', '16'], fix: 'Use 256', holds: { 'trajectory_pool.batch_size': '32' } },
  { rule: 'pool-holds-batch', on: 'embedded', set: { 'trajectory_pool.batch_size': '16' }, severity: 'warning', path: 'trajectory_pool.batch_size', shows: 'batch_size: 16', says: ['32', '16'], fix: 'Use 256', holds: { 'trajectory_pool.batch_size': '256' } },
  { rule: 'groups-fill', set: { 'trajectory_pool.key_list': '[group_id]', 'trajectory_pool.group_size': '3' }, severity: 'error', path: 'trajectory_pool.group_size', shows: 'group_size: 3', says: ['8', '3', '2 rollouts'], fix: 'Take it from data.rollout_repeat_n', holds: { 'trajectory_pool.key_list': '[group_id]', 'trajectory_pool.group_size': '8' } },
  { rule: 'groups-fill', set: { 'trajectory_pool.key_list': '[group_id]', 'trajectory_pool.group_size': '16' }, severity: 'error', path: 'trajectory_pool.group_size', shows: 'group_size: 16', says: ['8', '16'], fix: 'Take it from data.rollout_repeat_n', holds: { 'trajectory_pool.key_list': '[group_id]' } },
  { rule: 'batches-keep-groups', set: { ...FULLY, 'trajectory_pool.batch_size': '100' }, severity: 'warning', path: 'trajectory_pool.batch_size', shows: 'batch_size: 100', says: ['100', '8', '13 groups', '104'], fix: 'Use 104', holds: { ...FULLY, 'trajectory_pool.batch_size': '104' } },
  { rule: 'staleness-set', set: { 'weight.sync_mode': 'batch-async' }, severity: 'error', path: 'weight.sync_mode', shows: 'sync_mode: batch-async', in: 'common', says: ['staleness_threshold'], fix: 'Allow one version', holds: { 'weight.sync_mode': 'batch-async', 'weight.staleness_threshold': '2' } },
  { rule: 'staleness-set', on: 'embedded', set: { 'weight.sync_mode': 'batch-async' }, severity: 'error', path: 'weight.sync_mode', shows: 'sync_mode: batch-async', in: 'common', says: ['staleness_threshold'], fix: 'Allow one version', holds: { 'weight.sync_mode': 'batch-async', 'weight.staleness_threshold': '2' } },
  { rule: 'validation-is-held-out', set: { 'validate.data.data_files[0]': 'train.parquet' }, severity: 'warning', path: 'validate.data.data_files', shows: '- train.parquet', in: 'common', says: ['train.parquet'], fix: null },
  { rule: 'file-named-once', set: { 'data.data_files': '[a.parquet, b.parquet, a.parquet]' }, severity: 'warning', path: 'data.data_files', shows: 'data_files: [a.parquet', in: 'common', says: ['a.parquet'], fix: null, holds: { 'data.data_files': '[a.parquet, b.parquet]' } },
  { rule: 'file-format-known', set: { 'data.data_files[0]': 'train.json' }, severity: 'warning', path: 'data.data_files', shows: '- train.json', in: 'common', says: ['train.json', '.jsonl'], fix: null },
  { rule: 'validation-has-files', set: { 'validate.data': null }, severity: 'warning', path: 'validate.data.data_files', shows: 'validate', in: 'common', says: ['validate_before_train'], fix: null },
  { rule: 'validation-has-files', set: { 'validate.data': null, 'validate.validate_before_train': 'false' }, severity: 'warning', path: 'validate.data.data_files', shows: 'validate', in: 'common', says: ['20'], fix: null },
  { rule: 'validation-cadence-agrees', set: { 'weight.validate_freq': '7' }, severity: 'warning', path: 'weight.validate_freq', shows: 'validate_freq: 7', says: ['7', '20'], fix: 'Take it from validate.eval.validate_freq', holds: { 'weight.validate_freq': '20' } },
  { rule: 'group-has-signal', set: { 'data.rollout_repeat_n': '1' }, severity: 'warning', path: 'data.rollout_repeat_n', shows: 'rollout_repeat_n: 1', in: 'common', says: ['1'], fix: 'Use 8' },
  { rule: 'rollouts-differ', on: 'tinker', set: { 'rollout_worker.temperature': '0.0' }, severity: 'warning', path: 'rollout_worker.temperature', shows: 'temperature: 0.0', in: 'common', says: ['0'], fix: 'Use 1.0' },
  { rule: 'learning-rate-usual', set: { [`${A}.optim.lr`]: '1.0e-3' }, severity: 'warning', path: `${A}.optim.lr`, shows: 'lr: 1.0e-3', says: ['1e-3', '5e-8', '3e-5', 'full fine-tuning'], fix: null },
  { rule: 'learning-rate-usual', on: 'tinker', set: { [`${M}.config.learning_rate`]: '0.1' }, severity: 'warning', path: `${M}.config.learning_rate`, shows: 'learning_rate: 0.1', says: ['0.1', 'LoRA', '2e-3'], fix: null },
  { rule: 'learning-rate-usual', on: 'tinker', set: { [`${M}.config.learning_rate`]: null }, severity: 'warning', path: `${M}.config.learning_rate`, shows: 'config', says: ['2e-6', 'default', '5e-6'], fix: null },
  { rule: 'learning-rate-usual', on: 'weaver', set: { 'service.weaver_service.training_mode': 'full_ft' }, severity: 'warning', path: `${M}.config.learning_rate`, shows: 'learning_rate: 4.0e-5', says: ['4e-5', 'full fine-tuning'], fix: null },
  { rule: 'loss-fits-service', on: 'embedded', set: { [`${M}.config.loss_fn`]: 'dro' }, severity: 'error', path: `${M}.config.loss_fn`, shows: 'loss_fn: dro', says: ['dro', 'gspo'], fix: 'Use ppo' },
  { rule: 'kl-loss-fits-service', on: 'tinker', silent: true, set: { [`${M}.config.use_kl_loss`]: 'true' }, severity: 'error', path: `${M}.config.use_kl_loss`, shows: 'use_kl_loss: true', says: ['Tinker', 'trainer.algorithm.use_kl_in_reward'], fix: 'Turn it off' },
  { rule: 'kl-control-agrees', on: 'embedded', set: { 'trainer.algorithm': 'kl_ctrl: {kl_coef: 0.1}\ncritic:\n  kl_ctrl:\n    kl_coef: 0.2' }, severity: 'warning', path: 'trainer.algorithm.critic.kl_ctrl.kl_coef', shows: 'kl_coef: 0.2', says: ['0.2', '0.1'], fix: null, holds: { 'trainer.algorithm': '{kl_ctrl: {kl_coef: 0.2}, critic: {kl_ctrl: {kl_coef: 0.2}}}' } },
  { rule: 'gspo-counts-sequences', on: 'embedded', set: { [`${M}.config.loss_fn`]: 'gspo', [`${M}.config.loss_agg_mode`]: 'token-mean' }, severity: 'error', path: `${M}.config.loss_agg_mode`, shows: 'loss_agg_mode: token-mean', says: ['token-mean', 'seq-mean-token-mean'], fix: 'Use seq-mean-token-mean', holds: { [`${M}.config.loss_fn`]: 'gspo' } },
  { rule: 'importance-weights-have-two-sides', on: 'embedded', set: { 'trainer.algorithm': 'tis_imp_ratio_cap: 2.0' }, severity: 'error', path: 'trainer.algorithm.tis_imp_ratio_cap', shows: 'tis_imp_ratio_cap: 2.0', says: ['2', 'do_old_log_prob_compute'], fix: 'Compute them', holds: { 'trainer.algorithm': '{tis_imp_ratio_cap: 2.0, do_old_log_prob_compute: true}' } },
  { rule: 'kl-gradient-is-not-zero', on: 'embedded', set: { [`${M}.config.use_kl_loss`]: 'true', [`${M}.config.kl_loss_type`]: 'k1' }, severity: 'warning', path: `${M}.config.kl_loss_type`, shows: 'kl_loss_type: k1', says: ['k1', 'low_var_kl'], fix: 'Use low_var_kl', holds: { [`${M}.config.use_kl_loss`]: 'true' } },
  { rule: 'overlong-buffer-fits', on: 'embedded', set: { 'trainer.algorithm': 'overlong_buffer:\n  len: 65' }, severity: 'error', path: 'trainer.algorithm.overlong_buffer.len', shows: 'len: 65', says: ['65', '64'], fix: null, holds: { 'trainer.algorithm': 'overlong_buffer:\n  len: 16' } },
  { rule: 'teacher-fits-service', on: 'embedded', set: { ...REMOTE_OPD, 'trainer.teachers': '- base_model: big' }, severity: 'error', path: 'trainer.teachers[0].checkpoint', shows: '- base_model: big', says: ['checkpoint', 'run-12'], fix: null, holds: { ...REMOTE_OPD, 'trainer.teachers': '[{checkpoint: checkpoints/run-1/step-2}]' } },
  { rule: 'clip-bounds-ordered', on: 'tinker', set: { [`${M}.config.clip_ratio_high`]: '0.1' }, severity: 'warning', path: `${M}.config.clip_ratio_high`, shows: 'clip_ratio_high: 0.1', says: ['0.1', '0.2'], fix: 'Use 0.2' },
  { rule: 'teacher-named', set: { 'trainer.type': 'self_hosted_opd' }, severity: 'error', path: 'service.train_service', shows: 'role: actor', says: ['role: teacher'], fix: null, holds: OPD },
  { rule: 'teacher-named', on: 'tinker', set: REMOTE_OPD, severity: 'error', path: 'trainer.teachers', shows: 'trainer', says: ['trainer.teachers'], fix: null, holds: { ...REMOTE_OPD, 'trainer.teachers': '[{base_model: big}]' } },
  { rule: 'teacher-named', on: 'tinker', set: { ...REMOTE_OPD, 'trainer.teachers': '- checkpoint: x' }, severity: 'error', path: 'trainer.teachers[0].base_model', shows: '- checkpoint: x', says: ['trainer.teachers[0].base_model'], fix: null, holds: { ...REMOTE_OPD, 'trainer.teachers': '[{base_model: big}]' } },
  { rule: 'one-teacher-used', on: 'weaver', set: { ...REMOTE_OPD, 'trainer.teachers': '- base_model: a\n- base_model: b' }, severity: 'info', path: 'trainer.teachers[1]', shows: '- base_model: b', says: ['2'], fix: null, holds: { ...REMOTE_OPD, 'trainer.teachers': '[{base_model: a}]' } },
  { rule: 'distillation-has-weight', on: 'tinker', set: { ...REMOTE_OPD, [`${M}.config.kl_penalty_coef`]: '0' }, severity: 'warning', path: `${M}.config.kl_penalty_coef`, shows: 'kl_penalty_coef: 0', says: ['0'], fix: 'Use 1.0', holds: REMOTE_OPD },
  { rule: 'distillation-has-weight', set: { ...OPD, 'trainer.algorithm.distillation_coeff': '0.0' }, severity: 'warning', path: 'trainer.algorithm.distillation_coeff', shows: 'distillation_coeff: 0.0', says: ['0'], fix: 'Use 1.0', holds: OPD },
  { rule: 'token-shares-ordered', set: { ...OPD, [`${A}.entropy_start_pct`]: '0.8', [`${A}.entropy_end_pct`]: '0.5' }, severity: 'error', path: `${A}.entropy_start_pct`, shows: 'entropy_start_pct: 0.8', says: ['0.8', '0.5'], fix: 'Use 0', holds: OPD },
  { rule: 'saves-before-end', set: { 'trainer.save_freq': '100' }, severity: 'info', path: 'trainer.save_freq', shows: 'save_freq: 100', in: 'common', says: ['100'], fix: null },
  { rule: 'validates-before-end', set: { 'validate.eval.validate_freq': '500' }, severity: 'warning', path: 'validate.eval.validate_freq', shows: 'validate_freq: 500', in: 'common', says: ['500', '100'], fix: 'Use 100' },
  { rule: 'validation-samples-whole', on: 'embedded', set: { 'validate.top_p': '0.9' }, severity: 'error', path: 'validate.top_p', shows: 'top_p: 0.9', says: ['0.9', 'whole distribution'], fix: 'Use 1', holds: { 'validate.top_p': '1' } },
  { rule: 'best-is-measured', on: 'embedded', set: { 'checkpoint.metric': 'val/reward_mean', 'validate.eval.validate_freq': '0' }, severity: 'warning', path: 'checkpoint.metric', shows: 'metric: val/reward_mean', says: ['val/reward_mean', 'validate_freq is 0'], fix: null, holds: { 'checkpoint.metric': 'val/reward_mean' } },
  { rule: 'warm-up-has-steps', set: { [`${A}.optim.lr_warmup_steps_ratio`]: '0.05' }, severity: 'warning', path: `${A}.optim.lr_warmup_steps_ratio`, shows: 'lr_warmup_steps_ratio: 0.05', says: ['0.05', '0'], fix: 'Take it from trainer.total_train_steps', holds: { [`${A}.optim.lr_warmup_steps_ratio`]: '0.05', [`${A}.optim.total_training_steps`]: '100' } },
  { rule: 'schedule-counts-steps', set: { [`${A}.optim.lr_warmup_steps_ratio`]: '0.05', [`${A}.optim.total_training_steps`]: '1000' }, severity: 'warning', path: `${A}.optim.total_training_steps`, shows: 'total_training_steps: 1000', says: ['1000', '100'], fix: 'Take it from trainer.total_train_steps', holds: { [`${A}.optim.lr_warmup_steps_ratio`]: '0.05', [`${A}.optim.total_training_steps`]: '100' } },
  { rule: 'warm-up-ends', set: { [`${A}.optim.lr_warmup_steps_ratio`]: '0.2', [`${A}.optim.total_training_steps`]: '1000' }, severity: 'warning', path: `${A}.optim.lr_warmup_steps_ratio`, shows: 'lr_warmup_steps_ratio: 0.2', says: ['0.2', '1000', '200', '100'], fix: null, holds: { [`${A}.optim.lr_warmup_steps_ratio`]: '0.2', [`${A}.optim.total_training_steps`]: '100' } },
  { rule: 'batch-fills-ranks', set: { 'data.batch_size': '33', 'data.rollout_repeat_n': '5' }, severity: 'warning', path: 'data.batch_size', shows: 'batch_size: 33', in: 'common', says: ['165', '8 GPUs', '3 samples'], fix: 'Use 32' },
  { rule: 'mini-batch-divides', set: { [`${A}.ppo_micro_batch_size`]: '24' }, severity: 'error', path: `${A}.ppo_micro_batch_size`, shows: 'ppo_micro_batch_size: 24', says: ['128 samples / 8 = 16', '3', '24'], fix: 'Use 16' },
  { rule: 'mini-batch-divides', set: { [`${A}.ppo_micro_batch_size`]: '4' }, severity: 'error', path: `${A}.ppo_micro_batch_size`, shows: 'ppo_micro_batch_size: 4', says: ['4', '8 data-parallel ranks'], fix: 'Use 8' },
  { rule: 'mini-batch-divides', set: { [`${A}.ppo_micro_batch_size`]: null, [`${A}.ppo_micro_batch_size_per_gpu`]: '5' }, severity: 'error', path: `${A}.ppo_micro_batch_size_per_gpu`, shows: 'ppo_micro_batch_size_per_gpu: 5', says: ['16', '5'], fix: 'Use 4' },
  { rule: 'mini-batch-divides', set: { [`${A}.ppo_mini_batch_size`]: '0' }, severity: 'error', path: `${A}.ppo_mini_batch_size`, shows: 'ppo_mini_batch_size: 0', says: ['0 samples / 8 = 0'], fix: null },
  { rule: 'micro-batch-shared', set: { [`${A}.ppo_micro_batch_size`]: '20' }, severity: 'warning', path: `${A}.ppo_micro_batch_size`, shows: 'ppo_micro_batch_size: 20', says: ['20', '8', '16'], fix: 'Use 16' },
  { rule: 'mini-batches-even', set: { [`${A}.ppo_mini_batch_size`]: '12' }, severity: 'warning', path: `${A}.ppo_mini_batch_size`, shows: 'ppo_mini_batch_size: 12', says: ['12', '96', '32', '256', '64'], fix: 'Use 8' },
  { rule: 'log-prob-batch-shared', set: { [`${A}.rollout.log_prob_micro_batch_size`]: '4' }, severity: 'error', path: `${A}.rollout.log_prob_micro_batch_size`, shows: 'log_prob_micro_batch_size: 4', says: ['4', '8'], fix: 'Use 8', holds: { [`${A}.rollout.log_prob_micro_batch_size`]: '16' } },
  { rule: 'dynamic-batch-bounded', set: { [`${A}.use_dynamic_bsz`]: 'true' }, severity: 'error', path: `${A}.use_dynamic_bsz`, shows: 'use_dynamic_bsz: true', says: ['ppo_max_token_len_per_gpu'], fix: 'Turn it off', holds: { [`${A}.use_dynamic_bsz`]: 'true', [`${A}.ppo_max_token_len_per_gpu`]: '8192' } },
  { rule: 'training-machines-set', set: { [`${M}.resource`]: null }, severity: 'info', path: `${M}.resource`, shows: 'main', says: ['world_size'], fix: null },
  { rule: 'sequence-ranks-divide', set: { [`${A}.ulysses_sequence_parallel_size`]: '3' }, severity: 'error', path: `${A}.ulysses_sequence_parallel_size`, shows: 'ulysses_sequence_parallel_size: 3', says: ['8', '3'], fix: 'Use 1' },
  { rule: 'shards-fit', set: { [`${A}.fsdp_config.fsdp_size`]: '4' }, severity: 'error', path: `${A}.fsdp_config.fsdp_size`, shows: 'fsdp_size: 4', says: ['4', '8'], fix: 'Use -1', holds: { [`${A}.fsdp_config.fsdp_size`]: '8' } },
  { rule: 'worker-model-path', set: { [`${A}.model.path`]: '/models/q/' }, severity: 'error', path: `${A}.model.path`, shows: 'path: /models/q/', says: ['/models/q/'], fix: 'Use /models/q', holds: { [`${A}.model.path`]: '/models/q' } },
  { rule: 'worker-model-path', set: { [`${A}.model.path`]: 'hdfs://models/q' }, severity: 'error', path: `${A}.model.path`, shows: 'path: hdfs://models/q', says: ['hdfs://models/q'], fix: null, holds: { [`${A}.model.path`]: '/models/q' } },
  { rule: 'old-log-probs-agree', set: { 'trainer.algorithm.do_old_log_prob_compute': 'false' }, severity: 'error', path: `${A}.do_old_log_prob_compute`, shows: 'do_old_log_prob_compute: true', says: ['true', 'false'], fix: 'Set it to false' },
  { rule: 'old-log-probs-agree', set: { [`${A}.do_old_log_prob_compute`]: 'false' }, severity: 'warning', path: `${A}.do_old_log_prob_compute`, shows: 'do_old_log_prob_compute: false', says: ['true', 'false'], fix: 'Set it to true' },
  { rule: 'repeats-agree', set: { [`${A}.rollout.n`]: '4' }, severity: 'warning', path: `${A}.rollout.n`, shows: 'n: 4', says: ['4', '8'], fix: 'Take it from data.rollout_repeat_n', holds: { [`${A}.rollout.n`]: '8' } },
  { rule: 'temperatures-agree', set: { [`${A}.rollout.temperature`]: '0.7' }, severity: 'warning', path: `${A}.rollout.temperature`, shows: 'temperature: 0.7', says: ['0.7', '1'], fix: 'Take it from rollout_worker.temperature', holds: { [`${A}.rollout.temperature`]: '1.0' } },
  { rule: 'kl-loss-built', set: { [`${A}.use_kl_loss`]: 'true' }, severity: 'error', path: `${A}.use_kl_loss`, shows: 'use_kl_loss: true', says: ['use_kl_loss'], fix: 'Turn it off' },
  { rule: 'evaluator-named', on: 'embedded', set: { 'rollout_worker.evaluator_module_path': null }, severity: 'error', path: 'rollout_worker.evaluator_module_path', shows: 'rollout_worker', in: 'common', says: ['embedded.yaml'], fix: null },
  { rule: 'evaluator-named', set: { 'rollout_worker.evaluator_module_path': 'evaluator.ts' }, severity: 'error', path: 'rollout_worker.evaluator_module_path', shows: 'evaluator_module_path: evaluator.ts', in: 'common', says: ['evaluator.ts', ':'], fix: null },
  { rule: 'agent-named', set: { 'rollout_worker.type': 'nexau' }, severity: 'error', path: 'rollout_worker.nexau_agent_config_path', shows: 'rollout_worker', in: 'common', says: ['nexau'], fix: null, holds: { 'rollout_worker.type': 'nexau', 'rollout_worker.nexau_agent_config_path': 'agent.yaml' } },
  { rule: 'math-agent-judges', set: { 'rollout_worker.type': 'agent', 'rollout_worker.agent_cls': 'other' }, severity: 'error', path: 'rollout_worker.agent_cls', shows: 'agent_cls: other', says: ['other', 'single_turn_math'], fix: 'Use single_turn_math', holds: { 'rollout_worker.type': 'agent' } },
  { rule: 'traces-have-folder', set: { 'rollout_worker.save_trace': 'true' }, severity: 'warning', path: 'rollout_worker.save_trace', shows: 'save_trace: true', says: ['trace_path'], fix: 'Turn it off', holds: { 'rollout_worker.save_trace': 'true', 'rollout_worker.trace_path': '/traces' } },
  { rule: 'workers-busy', set: { 'rollout_worker.num_workers': '300' }, severity: 'info', path: 'rollout_worker.num_workers', shows: 'num_workers: 300', in: 'common', says: ['256', '44', '300'], fix: 'Use 256' },
  { rule: 'worker-built', on: 'embedded', set: { 'data.type': 'mock' }, severity: 'error', path: 'data.type', shows: 'type: mock', in: 'common', says: ['mock'], fix: 'Use torch' },
  { rule: 'worker-built', on: 'embedded', set: { 'rollout_worker.type': 'mock' }, severity: 'error', path: 'rollout_worker.type', shows: 'type: mock', in: 'common', says: ['mock'], fix: 'Use simple' },
  { rule: 'stages-add-up', on: 'embedded', set: { stages: '[{name: easy, steps: 40}, {name: hard, steps: 50}]' }, severity: 'error', path: 'trainer.total_train_steps', shows: 'total_train_steps: 100', in: 'common', says: ['100', '40 + 50 = 90'], fix: 'Use 90', holds: { stages: '[{name: easy, steps: 40}, {name: hard, steps: 60, data: {batch_size: 16}, overrides: {trainer: {algorithm: {gamma: 0.9}}}}]' } },
  { rule: 'stages-named-once', on: 'embedded', set: { stages: '[{name: easy, steps: 40}, {name: easy, steps: 60}]' }, severity: 'error', path: 'stages[1].name', shows: 'stages: [{name: easy, steps: 40}, {name: easy', says: ['easy'], fix: null, holds: { stages: '[{name: easy, steps: 40}, {name: hard, steps: 60, data: {batch_size: 16}, overrides: {trainer: {algorithm: {gamma: 0.9}}}}]' } },
  { rule: 'stage-changes-known', on: 'embedded', set: { stages: '[{name: easy, steps: 100, overrides: {rollout_worker: {retry_pause: 0.5}}}]' }, severity: 'error', path: 'stages[0].overrides.rollout_worker.retry_pause', shows: 'stages: [{name: easy, steps: 100, overrides: {rollout_worker: {retry_pause: 0.5', says: ['rollout_worker.retry_pause', 'from_path'], fix: null, holds: { stages: '[{name: easy, steps: 40}, {name: hard, steps: 60, data: {batch_size: 16}, overrides: {trainer: {algorithm: {gamma: 0.9}}}}]' } },
  { rule: 'stage-changes-known', on: 'embedded', set: { stages: '[{name: easy, steps: 100, data: {batch_sise: 5}}]' }, severity: 'error', path: 'stages[0].data.batch_sise', shows: 'stages: [{name: easy, steps: 100, data: {batch_sise: 5', says: ['data.batch_sise'], fix: null, holds: { stages: '[{name: easy, steps: 40}, {name: hard, steps: 60, data: {batch_size: 16}, overrides: {trainer: {algorithm: {gamma: 0.9}}}}]' } },
  { rule: 'stage-temperature', on: 'embedded', set: { 'trainer.algorithm.use_kl_in_reward': 'true', stages: '[{name: easy, steps: 100, overrides: {rollout_worker: {temperature: 0.5}}}]' }, severity: 'error', path: 'stages[0].overrides.rollout_worker.temperature', shows: 'stages: [{name: easy, steps: 100, overrides: {rollout_worker: {temperature: 0.5', says: ['use_kl_in_reward'], fix: null, holds: { stages: '[{name: easy, steps: 100, overrides: {rollout_worker: {temperature: 0.5}}}]' } },
  { rule: 'stage-values-valid', on: 'embedded', set: { stages: '[{name: easy, steps: 100, data: {batch_size: many}}]' }, severity: 'error', path: 'stages[0]', shows: 'stages: [{name: easy', says: ['easy', 'data.batch_size'], fix: null, holds: { stages: '[{name: easy, steps: 40}, {name: hard, steps: 60, data: {batch_size: 16}, overrides: {trainer: {algorithm: {gamma: 0.9}}}}]' } },
  { rule: 'resume-has-path', set: { 'resume.mode': 'from_path' }, severity: 'error', path: 'resume.resume_path', shows: 'resume', says: ['from_path'], fix: 'Start anew', holds: { 'resume.mode': 'from_path', 'resume.resume_path': '/exp/ckpt/global_step_40' } },
  { rule: 'checkpoints-have-folder', set: { 'trainer.checkpoint_path': '""' }, severity: 'error', path: 'trainer.checkpoint_path', shows: 'checkpoint_path: ""', says: ['10'], fix: 'Use ${oc.env:EXPERIMENT_PATH}/ckpt' },
  { rule: 'report-has-address', set: { 'logger.enable_feishu_logging': 'true' }, severity: 'error', path: 'logger.enable_feishu_logging', shows: 'enable_feishu_logging: true', says: ['feishu_url'], fix: 'Turn it off', holds: { 'logger.enable_feishu_logging': 'true', 'logger.feishu_url': 'https://x' } },
  { rule: 'setup-script-named', set: { 'environment.require_setup_script': 'true' }, severity: 'error', path: 'environment.setup_script', shows: 'environment', says: ['setup_script'], fix: 'Do not require it', holds: { 'environment.require_setup_script': 'true', 'environment.setup_script': 'x.env.sh' } },
];

function changed(files: Files, variant: Variant, changes: Changes): Files {
  let now = files;
  for (const [path, source] of Object.entries(changes)) {
    const steps = editPathOf(path);
    const own = `r/${variant}.yaml`;
    const holder = [own, 'r/common.yaml'].find(
      (file) => nodeAt(parsePlaces(now[file] ?? ''), steps) !== null,
    );
    const file = holder ?? own;
    const layer = { file, text: now[file] ?? '' };
    const edits = source === null ? removeKey(layer, steps) : setValue(layer, steps, source);
    expect(edits, `${path} can be changed`).not.toEqual([]);
    now = { ...now, [file]: applyEdits(layer.text, edits) };
  }
  return now;
}

function check(files: Files, variant: Variant) {
  const entry = `r/${variant}.yaml`;
  const composed = compose({ files, entry, env: ENV });
  return { ...checkRecipe(composed, { files, entry }), composition: composed.diagnostics };
}

function fixed(files: Files, { fix }: Diagnostic): Files {
  return Object.fromEntries(
    Object.entries(files).map(([file, text]) => {
      const edits = (fix === undefined ? [] : fixEdits(fix, files)).filter((edit) => edit.file === file);
      return [file, applyEdits(text, edits)];
    }),
  );
}

/** The line of a range up to its end, without the indent. */
function shownBy(range: NonNullable<Diagnostic['range']>, files: Files): string {
  const text = files[range.file] ?? '';
  return text.slice(text.lastIndexOf('\n', range.start - 1) + 1, range.end).trimStart();
}

const commentsOf = (files: Files) => Object.values(files).flatMap((text) => text.match(/# .*$/gm) ?? []);

test('every rule has a row, and every row a rule', () => {
  const asked = new Set(ROWS.map(({ rule }) => rule));
  const known = new Set(ALL_RULES.map(({ id }) => id));
  expect([...known].filter((id) => !asked.has(id))).toEqual([]);
  expect([...asked].filter((id) => !known.has(id))).toEqual([]);
  expect(known.size).toBe(ALL_RULES.length);
});

test.each(['self_hosted', 'tinker', 'weaver', 'embedded'] as const)(
  'nothing is wrong with the recipe of these tests on %s',
  (variant) => {
    const { diagnostics, composition } = check(RECIPE, variant);
    expect([...composition, ...diagnostics].filter(({ severity }) => severity !== 'info')).toEqual([]);
  },
);

describe.each(ROWS)('$rule on $on when $set', (row) => {
  const variant = row.on ?? 'self_hosted';

  test('is found at its key, with its numbers, and mended', () => {
    const files = changed(RECIPE, variant, row.set);
    const { diagnostics } = check(files, variant);
    const found = diagnostics.find(({ code, path }) => code === row.rule && path === row.path);
    expect(found?.severity).toBe(row.severity);
    if (found === undefined) return;
    for (const word of row.says) expect(found.message).toContain(word);
    expect(found.range?.file).toBe(`r/${row.in ?? variant}.yaml`);
    if (found.range !== null) expect(shownBy(found.range, files)).toBe(row.shows);
    expect(found.fix?.title ?? null).toBe(row.fix);
    if (row.fix === null) return;
    const after = fixed(files, found);
    const again = check(after, variant);
    expect(again.composition).toEqual([]);
    expect(again.diagnostics.filter(({ code, path }) => code === row.rule && path === row.path)).toEqual([]);
    expect(commentsOf(files).filter((comment) => !commentsOf(after).includes(comment))).toEqual([]);
  });

  test('holds otherwise, and says with what', () => {
    const files = changed(RECIPE, variant, row.holds ?? {});
    const { diagnostics, passed } = check(files, variant);
    expect(diagnostics.filter(({ code }) => code === row.rule)).toEqual([]);
    expect(passed.find(({ id }) => id === row.rule)?.detail ?? '').toMatch(row.silent === true ? /^$/ : /./);
  });
});
