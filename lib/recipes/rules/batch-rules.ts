import { layoutOf, nearestDivisor, samplesPerPrompt } from './gpu-layout';
import { type Outcome, type Rule, type RuleFacts, SELF_HOSTED } from './rule';

/** How batches divide into mini batches, micro batches and the shares of GPUs. */
export const BATCH_RULES: readonly Rule[] = [
  {
    id: 'batch-fills-ranks',
    title: 'A batch shares out evenly among the GPUs',
    reason: 'A batch is filled up with copies of its first samples, and these count twice in the loss.',
    severity: 'warning',
    check: (facts) => {
      const layout = layoutOf(facts);
      const { config } = facts;
      if (layout === null) return null;
      const prompts = config.number('data.batch_size') ?? 32;
      const samples = prompts * (config.number('data.rollout_repeat_n') ?? 1);
      const { ranks } = layout;
      if (samples % ranks === 0) return `${samples} samples / ${ranks} GPUs = ${samples / ranks}`;
      const fitting = nearestFilling(prompts, samples / prompts, ranks);
      return {
        path: 'data.batch_size',
        message: `The ${samples} samples of a step are not a multiple of the ${ranks} GPUs: ${ranks - (samples % ranks)} samples are repeated and count twice.`,
        repair: { title: `Use ${fitting}`, path: 'data.batch_size', set: String(fitting) },
      };
    },
  },
  {
    id: 'mini-batch-divides',
    title: 'Micro batches fill a mini batch',
    reason: 'Each rank splits its share of a mini batch into micro batches of equal size.',
    severity: 'error',
    check: checkMicroBatches,
  },
  {
    id: 'micro-batch-shared',
    title: 'A micro batch shares out evenly among the ranks',
    reason: 'What is left over is dropped from the size of a micro batch without a word.',
    severity: 'warning',
    check: (facts) => {
      const layout = layoutOf(facts);
      if (layout === null || facts.config.isTrue(`${layout.actor}.actor.use_dynamic_bsz`)) return null;
      const path = `${layout.actor}.actor.ppo_micro_batch_size`;
      const micro = facts.config.number(path);
      const { data } = layout;
      if (micro === null || data === 0 || micro < data) return null;
      const own = Math.floor(micro / data);
      if (micro % data === 0) return `${micro} samples / ${data} = ${own} per rank`;
      return {
        path,
        message: `ppo_micro_batch_size ${micro} shared by ${data} data-parallel ranks is ${own} each: ${own * data} samples go through at once, not ${micro}.`,
        repair: { title: `Use ${own * data}`, path, set: String(own * data) },
      };
    },
  },
  {
    id: 'mini-batches-even',
    title: 'Mini batches share out a batch evenly',
    reason: 'A smaller last mini batch is weighed as if it were a full one, so its samples count for more.',
    severity: 'warning',
    check: ({ config, actor, backend }) => {
      if (actor === null || backend !== 'self_hosted') return null;
      const path = `${actor}.actor.ppo_mini_batch_size`;
      const mini = config.number(path);
      const batch = config.number('data.batch_size') ?? 32;
      if (mini === null || mini <= 0) return null;
      const n = samplesPerPrompt(config, actor);
      if (batch % mini === 0) return `${batch * n} samples / ${mini * n} = ${batch / mini}`;
      const divisor = nearestDivisor(batch, mini);
      return {
        path,
        message: `ppo_mini_batch_size ${mini} (${mini * n} samples) does not divide the ${batch} prompts (${batch * n} samples) of a step; ${(batch % mini) * n} samples are left for a smaller last one.`,
        repair: { title: `Use ${divisor}`, path, set: String(divisor) },
      };
    },
  },
  {
    id: 'log-prob-batch-shared',
    title: 'Every rank gets samples when log-probabilities are computed',
    reason: 'The number is for all ranks together; less than one sample each is none.',
    severity: 'error',
    check: (facts) => {
      const layout = layoutOf(facts);
      if (layout === null) return null;
      const path = `${layout.actor}.actor.rollout.log_prob_micro_batch_size`;
      const micro = facts.config.number(path);
      const { data } = layout;
      if (micro === null) return null;
      if (micro >= data) return `${micro} samples / ${data} ranks`;
      return {
        path,
        message: `${path} ${micro} shared by ${data} data-parallel ranks is less than 1 each.`,
        repair: { title: `Use ${data}`, path, set: String(data) },
      };
    },
  },
  {
    id: 'dynamic-batch-bounded',
    title: 'Micro batches filled by tokens have a bound',
    reason: 'actor.use_dynamic_bsz fills a micro batch up to actor.ppo_max_token_len_per_gpu.',
    severity: 'error',
    backends: SELF_HOSTED,
    check: ({ config, actor }) => {
      const section = `${actor ?? ''}.actor`;
      if (!config.isTrue(`${section}.use_dynamic_bsz`)) return null;
      const tokens = config.number(`${section}.ppo_max_token_len_per_gpu`);
      if (tokens !== null) return `${tokens} tokens per GPU`;
      return {
        path: `${section}.use_dynamic_bsz`,
        message: `${section}.use_dynamic_bsz is on and ppo_max_token_len_per_gpu is not set.`,
        repair: { title: 'Turn it off', path: `${section}.use_dynamic_bsz`, set: 'false' },
      };
    },
  },
];

/** The number of prompts nearest to `prompts` whose samples are a multiple of the ranks. */
function nearestFilling(prompts: number, n: number, ranks: number): number {
  const fits = (count: number) => count > 0 && (count * n) % ranks === 0;
  for (let distance = 1; distance <= ranks; distance += 1) {
    const found = [prompts - distance, prompts + distance].find(fits);
    if (found !== undefined) return found;
  }
  return ranks;
}

function checkMicroBatches(facts: RuleFacts): Outcome {
  const layout = layoutOf(facts);
  const { config } = facts;
  if (layout === null || config.isTrue(`${layout.actor}.actor.use_dynamic_bsz`)) return null;
  const { actor, data } = layout;
  const miniPath = `${actor}.actor.ppo_mini_batch_size`;
  const mini = config.number(miniPath);
  if (mini === null || data === 0) return null;
  const samples = mini * samplesPerPrompt(config, actor);
  const share = Math.floor(samples / data);
  const sum = `${samples} samples / ${data} = ${share} per rank`;
  if (share <= 0)
    return { path: miniPath, message: `ppo_mini_batch_size ${mini}: ${sum}; it must be at least 1.` };
  const micro = microBatch(facts, actor, data);
  if (micro === null) return sum;
  const { path, own, per, words } = micro;
  if (own <= 0) {
    return {
      path,
      message: `${path.slice(path.lastIndexOf('.') + 1)} ${words} is less than 1 each.`,
      repair: { title: `Use ${per}`, path, set: String(per) },
    };
  }
  if (share % own === 0) return `${sum}, in ${share / own} micro batches of ${own}`;
  const fitting = nearestDivisor(share, own) * per;
  return {
    path,
    message: `A mini batch has ${sum}, which micro batches of ${own} (${words}) do not divide.`,
    repair: { title: `Use ${fitting}`, path, set: String(fitting) },
  };
}

type MicroBatch = {
  readonly path: string;
  /** Samples of one rank. */
  readonly own: number;
  /** What one sample of a rank is in the key's unit. */
  readonly per: number;
  readonly words: string;
};

/** The size for all ranks together wins over the one per GPU. */
function microBatch({ config }: RuleFacts, actor: string, data: number): MicroBatch | null {
  const path = `${actor}.actor.ppo_micro_batch_size`;
  const all = config.number(path);
  if (all !== null) {
    return {
      path,
      own: Math.floor(all / data),
      per: data,
      words: `${all} shared by ${data} data-parallel ranks`,
    };
  }
  const own = config.number(`${path}_per_gpu`);
  return own === null ? null : { path: `${path}_per_gpu`, own, per: 1, words: `${own} per GPU` };
}
