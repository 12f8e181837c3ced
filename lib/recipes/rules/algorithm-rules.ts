import type { Backend } from '@/lib/domain/run';
import { isMap } from '../config-view';
import { GRPO_TRAINERS, OPD_TRAINERS } from '../schema/algorithm-keys';
import type { Finding, Rule, RuleFacts } from './rule';

// What each backend can compute of the algorithms. docs/algorithms.md has the same table for people.

const ALGORITHM = 'trainer.algorithm';

/** Losses that a backend computes for a policy trainer; the self-hosted workers choose theirs by actor.loss_func_type. */
const LOSSES: Readonly<Record<Exclude<Backend, 'self_hosted'>, readonly string[]>> = {
  embedded: ['importance_sampling', 'ppo', 'gspo', 'cispo'],
  // dro's formula is the service's own and not public, so no one here could say what was computed
  tinker: ['importance_sampling', 'ppo', 'cispo'],
  weaver: ['importance_sampling', 'ppo'],
};

const SERVICE: Readonly<Record<Backend, string>> = {
  embedded: 'the embedded service',
  tinker: 'Tinker',
  weaver: 'Weaver',
  self_hosted: 'the self-hosted training service',
};

/** As messages show it. */
function setOf({ config }: RuleFacts, section: string, key: string): string {
  const value = config.get(`${section}.${key}`);
  return value === undefined ? 'not set' : JSON.stringify(value);
}

function isOneOf(types: readonly string[], { config }: RuleFacts): boolean {
  return types.includes(config.text('trainer.type') ?? '');
}

export const ALGORITHM_RULES: readonly Rule[] = [
  {
    id: 'loss-fits-service',
    title: 'The service computes the loss',
    reason: 'Services differ in the losses that they compute.',
    severity: 'error',
    check: (facts) => {
      const { config, backend, actor } = facts;
      const path = `${actor ?? ''}.config.loss_fn`;
      const loss = config.text(path);
      if (
        backend === 'self_hosted' ||
        loss === null ||
        config.text('trainer.type')?.endsWith('_cross_entropy')
      )
        return null;
      const known = LOSSES[backend];
      if (known.includes(loss)) return loss;
      return {
        path,
        message: `${path} is ${loss}; ${SERVICE[backend]} computes ${inWords(known)}.`,
        repair: { title: 'Use ppo', path, set: '"ppo"' },
      };
    },
  },
  {
    id: 'kl-loss-fits-service',
    title: 'The service computes a KL term in the loss',
    reason: 'A KL term in the loss needs a service that takes log-probabilities of a reference model.',
    severity: 'error',
    check: ({ config, backend, actor }) => {
      const path = `${actor ?? ''}.config.use_kl_loss`;
      if (!config.isTrue(path)) return null;
      if (backend === 'embedded') return 'the embedded service';
      return {
        path,
        message: `${path} is on, and ${SERVICE[backend]} computes no KL in the loss: take it from the reward with ${ALGORITHM}.use_kl_in_reward.`,
        repair: { title: 'Turn it off', path, set: 'false' },
      };
    },
  },
  {
    id: 'kl-control-agrees',
    title: 'The KL control is given once',
    reason: 'kl_ctrl itself is read; the older place below critic is read only where kl_ctrl is missing.',
    severity: 'warning',
    check: (facts) => {
      const { config } = facts;
      const [own, older] = [`${ALGORITHM}.kl_ctrl`, `${ALGORITHM}.critic.kl_ctrl`];
      if (!isOneOf(GRPO_TRAINERS, facts) || !isMap(config.get(own)) || !isMap(config.get(older))) return null;
      const differing = config
        .keys(older)
        .filter((key) => setOf(facts, own, key) !== setOf(facts, older, key));
      if (differing.length === 0) return `${config.keys(older).join(', ')} alike in both places`;
      return differing.map((key) => ({
        path: `${older}.${key}`,
        message: `${older}.${key} is ${setOf(facts, older, key)}, but ${own}.${key} is ${setOf(facts, own, key)}, and that is read.`,
      }));
    },
  },
  {
    id: 'gspo-counts-sequences',
    title: 'GSPO weighs sequences alike',
    reason: 'Its ratio belongs to a whole sequence, so the loss is a mean over sequences.',
    severity: 'error',
    check: ({ config, actor }) => {
      if (actor === null || config.text(`${actor}.config.loss_fn`) !== 'gspo') return null;
      const own = `${actor}.config.loss_agg_mode`;
      const path = config.text(own) === null ? `${ALGORITHM}.loss_agg_mode` : own;
      const mode = config.text(path);
      if (mode === null || mode === 'seq-mean-token-mean') return 'seq-mean-token-mean';
      return {
        path,
        message: `${path} is ${mode}; gspo needs seq-mean-token-mean.`,
        repair: { title: 'Use seq-mean-token-mean', path, set: '"seq-mean-token-mean"' },
      };
    },
  },
  {
    id: 'importance-weights-have-two-sides',
    title: 'Importance weights compare trainer and sampler',
    reason: 'Truncated importance sampling needs the log-probabilities of both.',
    severity: 'error',
    check: (facts) => {
      const path = `${ALGORITHM}.tis_imp_ratio_cap`;
      const cap = facts.config.number(path);
      if (cap === null || !isOneOf(GRPO_TRAINERS, facts)) return null;
      const recompute = `${ALGORITHM}.do_old_log_prob_compute`;
      const isUsual = facts.config.text('trainer.type') === 'self_hosted_grpo';
      const set = facts.config.get(recompute) ?? null;
      if (set === null ? isUsual : set === true) return `cap ${cap}`;
      return {
        path,
        message: `${path} is ${cap}, but ${recompute} is off: without the trainer's log-probabilities there is nothing to correct.`,
        repair: { title: 'Compute them', path: recompute, set: 'true' },
      };
    },
  },
  {
    id: 'kl-gradient-is-not-zero',
    title: 'The KL in the loss has a gradient',
    reason: 'The gradient of k1 (kl) is 0 on average: it adds noise and holds nothing back.',
    severity: 'warning',
    check: ({ config, actor }) => {
      if (actor === null || !config.isTrue(`${actor}.config.use_kl_loss`)) return null;
      const path = `${actor}.config.kl_loss_type`;
      const estimator = config.text(path) ?? 'low_var_kl';
      if (estimator !== 'kl' && estimator !== 'k1') return estimator;
      return {
        path,
        message: `${path} is ${estimator}, whose gradient is 0 on average: use low_var_kl, k3 or k2.`,
        repair: { title: 'Use low_var_kl', path, set: '"low_var_kl"' },
      };
    },
  },
  {
    id: 'overlong-buffer-fits',
    title: 'The overlong penalty leaves room for answers',
    reason: 'It grows over the last tokens before the length limit.',
    severity: 'error',
    check: ({ config }) => {
      const section = `${ALGORITHM}.overlong_buffer`;
      const path = `${section}.len`;
      const [buffer, limit] = [config.number(path), config.number('data.max_response_length')];
      if (buffer === null || limit === null || config.get(`${section}.enable`) === false) return null;
      if (buffer <= limit) return `${buffer} of ${limit} tokens`;
      return { path, message: `${path} is ${buffer}, more than data.max_response_length ${limit}.` };
    },
  },
  {
    id: 'teacher-fits-service',
    title: 'The teacher can be asked',
    reason: 'Distillation asks the teacher for the log-probability of every token of the student.',
    severity: 'error',
    backends: ['embedded'],
    check: (facts) => (isOneOf(OPD_TRAINERS, facts) ? embeddedTeacher(facts) : null),
  },
];

function embeddedTeacher({ config }: RuleFacts): string | Finding | null {
  if (config.text('trainer.type') === 'self_hosted_opd') {
    const services = 'service.train_service';
    const name = config.keys(services).find((each) => config.text(`${services}.${each}.role`) === 'teacher');
    if (name === undefined) return null;
    return savedState(`${services}.${name}.model_path`, config.text(`${services}.${name}.model_path`));
  }
  const backend = config.text('trainer.teachers[0].backend');
  if (backend !== null && backend !== 'embedded') {
    const path = 'trainer.teachers[0].backend';
    return {
      path,
      message: `${path} is ${backend}; a student in the embedded service learns from an embedded teacher.`,
    };
  }
  if (config.get('trainer.teachers[0]') === undefined) return null;
  return savedState('trainer.teachers[0].checkpoint', config.text('trainer.teachers[0].checkpoint'));
}

function savedState(path: string, checkpoint: string | null): string | Finding {
  if (checkpoint !== null && checkpoint !== '') return checkpoint;
  return {
    path,
    message: `${path} names no saved state: set it to one that a run has saved, such as checkpoints/run-12/step-300.`,
  };
}

function inWords(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}
