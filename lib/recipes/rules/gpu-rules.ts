import { layoutOf } from './gpu-layout';
import { quoted, type Rule, SELF_HOSTED } from './rule';

export const GPU_RULES: readonly Rule[] = [
  {
    id: 'training-machines-set',
    title: 'The size of the training service is known',
    reason: 'Batches are padded to the number of GPUs, and the batch sizes are checked against it.',
    severity: 'info',
    check: (facts) => {
      if (facts.backend !== 'self_hosted' || facts.actor === null) return null;
      if (facts.config.get(`${facts.actor}.backend`) === 'mock') return null;
      const layout = layoutOf(facts);
      if (layout !== null) return `${layout.ranks} GPUs`;
      const path = `${facts.actor}.resource`;
      return {
        path,
        message: `${path}.world_size and gpus_per_pod are not set; batch sizes cannot be checked against the GPUs.`,
      };
    },
  },
  {
    id: 'sequence-ranks-divide',
    title: 'Ranks divide into groups that share a sequence',
    reason: 'Every rank belongs to exactly one such group.',
    severity: 'error',
    check: (facts) => {
      const layout = layoutOf(facts);
      if (layout === null) return null;
      const { ranks, sequence, data, actor } = layout;
      if (ranks % sequence === 0) return `${ranks} GPUs / ${sequence} = ${data}`;
      const path = `${actor}.actor.ulysses_sequence_parallel_size`;
      return {
        path,
        message: `${ranks} GPUs cannot be divided into groups of ${path.slice(actor.length + 1)} ${sequence}.`,
        repair: { title: 'Use 1', path, set: '1' },
      };
    },
  },
  {
    id: 'shards-fit',
    title: 'The model is shared among all ranks',
    reason: 'Sharing it among fewer ranks, with copies, is not built.',
    severity: 'error',
    check: (facts) => {
      const layout = layoutOf(facts);
      if (layout === null) return null;
      const path = `${layout.actor}.actor.fsdp_config.fsdp_size`;
      const size = facts.config.number(path);
      if (size === null) return null;
      if (size < 0 || size >= layout.ranks) return `${size} with ${layout.ranks} GPUs`;
      return {
        path,
        message: `fsdp_size ${size} is less than the ${layout.ranks} GPUs; it must be negative or at least ${layout.ranks}.`,
        repair: { title: 'Use -1', path, set: '-1' },
      };
    },
  },
  {
    id: 'worker-model-path',
    title: 'GPU workers can read the model’s folder',
    reason: 'The folder’s name is taken as it stands.',
    severity: 'error',
    backends: SELF_HOSTED,
    check: ({ config, actor }) => {
      const path = `${actor ?? ''}.actor.model.path`;
      const folder = config.text(path);
      if (folder === null) return null;
      if (folder.startsWith('hdfs://'))
        return { path, message: `${folder} lies on HDFS, which workers do not read.` };
      if (!folder.endsWith('/')) return folder;
      const short = folder.replace(/\/+$/, '');
      return {
        path,
        message: `${path} "${folder}" must not end with a slash.`,
        repair: { title: `Use ${short}`, path, set: quoted(short) },
      };
    },
  },
  {
    id: 'old-log-probs-agree',
    title: 'Trainer and workers agree on old log-probabilities',
    reason: 'Workers that expect them and get zeros compute ratios of exp(log-probability).',
    severity: 'error',
    backends: SELF_HOSTED,
    check: ({ config, actor, backend }) => {
      const path = `${actor ?? ''}.actor.do_old_log_prob_compute`;
      const worker = config.get(path);
      if (backend !== 'self_hosted' || typeof worker !== 'boolean') return null;
      const trainer = config.get('trainer.algorithm.do_old_log_prob_compute') !== false;
      if (worker === trainer) return `both ${worker}`;
      return {
        path,
        severity: worker ? 'error' : 'warning',
        message: `${path} is ${worker} and trainer.algorithm.do_old_log_prob_compute is ${trainer}.`,
        repair: { title: `Set it to ${trainer}`, path, set: String(trainer) },
      };
    },
  },
  {
    id: 'repeats-agree',
    title: 'Workers know how many rollouts a prompt has',
    reason: 'Mini batches are counted in prompts times rollouts.',
    severity: 'warning',
    check: ({ config, actor, backend }) => {
      const path = `${actor ?? ''}.actor.rollout.n`;
      const worker = config.number(path);
      const loaded = config.number('data.rollout_repeat_n') ?? 1;
      if (backend !== 'self_hosted' || worker === null) return null;
      if (worker === loaded) return String(loaded);
      return {
        path,
        message: `${path} ${worker} differs from data.rollout_repeat_n ${loaded}.`,
        repair: { title: 'Take it from data.rollout_repeat_n', path, set: '${data.rollout_repeat_n}' },
      };
    },
  },
  {
    id: 'temperatures-agree',
    title: 'Log-probabilities are computed at the temperature of the rollouts',
    reason: 'At another temperature the ratio between old and new is off from the first update on.',
    severity: 'warning',
    check: ({ config, actor, backend }) => {
      const path = `${actor ?? ''}.actor.rollout.temperature`;
      const worker = config.number(path);
      const sampled = config.number('rollout_worker.temperature') ?? 1;
      if (backend !== 'self_hosted' || worker === null) return null;
      if (worker === sampled) return String(sampled);
      return {
        path,
        message: `${path} ${worker} differs from rollout_worker.temperature ${sampled}.`,
        repair: {
          title: 'Take it from rollout_worker.temperature',
          path,
          set: '${rollout_worker.temperature}',
        },
      };
    },
  },
  {
    id: 'kl-loss-built',
    title: 'The loss asks for nothing that is not computed',
    reason: 'The KL loss needs log-probabilities of a reference model, which no part computes.',
    severity: 'error',
    backends: SELF_HOSTED,
    check: ({ config, actor }) => {
      const path = `${actor ?? ''}.actor.use_kl_loss`;
      const isOn = config.get(path);
      if (typeof isOn !== 'boolean') return null;
      if (!isOn) return 'use_kl_loss is off';
      return {
        path,
        message: `${path} is on, and no part computes the log-probabilities of a reference model.`,
        repair: { title: 'Turn it off', path, set: 'false' },
      };
    },
  },
];
