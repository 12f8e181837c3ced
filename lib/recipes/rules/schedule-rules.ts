import type { ConfigView } from '../config-view';
import type { Rule, RuleFacts } from './rule';

const STEPS = 'trainer.total_train_steps';

/** When things happen, against how long the run is. */
export const SCHEDULE_RULES: readonly Rule[] = [
  {
    id: 'saves-before-end',
    title: 'A checkpoint falls before the end',
    reason: 'A killed run starts again from its last checkpoint.',
    severity: 'info',
    check: ({ config }) => {
      const every = config.number('trainer.save_freq') ?? 0;
      const steps = config.number(STEPS);
      if (every <= 0 || steps === null) return null;
      if (every < steps) return `every ${every} of ${steps} steps`;
      return {
        path: 'trainer.save_freq',
        message: `trainer.save_freq ${every} is not less than ${STEPS} ${steps}: only the end is saved.`,
      };
    },
  },
  {
    id: 'validates-before-end',
    title: 'A validation falls within the run',
    reason: 'A run that is never measured on held-out tasks shows only what it was trained on.',
    severity: 'warning',
    check: ({ config }) => {
      const path = 'validate.eval.validate_freq';
      const every = config.number(path) ?? 0;
      const steps = config.number(STEPS);
      if (every <= 0 || steps === null) return null;
      if (every <= steps) return `every ${every} of ${steps} steps`;
      return {
        path,
        message: `${path} ${every} is more than ${STEPS} ${steps}: the run ends before its first validation.`,
        repair: { title: `Use ${steps}`, path, set: String(steps) },
      };
    },
  },
  {
    id: 'validation-samples-whole',
    title: 'The embedded model can draw what a validation asks for',
    reason: 'It samples from its whole distribution.',
    severity: 'error',
    backends: ['embedded'],
    check: ({ config }) => {
      const path = 'validate.top_p';
      const share = config.number(path);
      if (share === null) return null;
      if (share === 1) return 'all of the distribution';
      const message = `${path} is ${share}; the embedded model samples from its whole distribution.`;
      return { path, message, repair: { title: 'Use 1', path, set: '1' } };
    },
  },
  {
    id: 'best-is-measured',
    title: 'The best checkpoint is told by a validation',
    reason: 'checkpoint.metric is measured on held-out tasks, at the steps that are validated.',
    severity: 'warning',
    check: ({ config }) => {
      const metric = config.text('checkpoint.metric');
      if (metric === null) return null;
      const every = config.number('validate.eval.validate_freq') ?? 0;
      if (every > 0) return `${metric} every ${every} steps`;
      return {
        path: 'checkpoint.metric',
        message: `checkpoint.metric is ${metric}, and validate.eval.validate_freq is ${every}: nothing is compared before the end.`,
      };
    },
  },
  {
    id: 'warm-up-has-steps',
    title: 'The share of warm-up is taken of a number of steps',
    reason: 'The workers take the ratio of actor.optim.total_training_steps, which is 0 unless it is set.',
    severity: 'warning',
    check: (facts) => {
      const schedule = scheduleOf(facts);
      if (schedule === null || schedule.ratio <= 0) return null;
      const { section, ratio, total } = schedule;
      if (total > 0) return `${ratio} of ${total} steps`;
      return {
        path: `${section}.lr_warmup_steps_ratio`,
        message: `lr_warmup_steps_ratio ${ratio} is taken of total_training_steps ${total}, so there is no warm-up.`,
        repair: fromRun(section),
      };
    },
  },
  {
    id: 'schedule-counts-steps',
    title: 'The learning-rate schedule knows the length of the run',
    reason: 'The schedule advances once per step, and its warm-up is a share of its own number of steps.',
    severity: 'warning',
    check: (facts) => {
      const schedule = scheduleOf(facts);
      const steps = facts.config.number(STEPS);
      if (schedule === null || steps === null || schedule.total <= 0 || schedule.ratio <= 0) return null;
      const { section, total } = schedule;
      if (total === steps) return `${steps} steps`;
      return {
        path: `${section}.total_training_steps`,
        message: `${section}.total_training_steps ${total} differs from ${STEPS} ${steps}.`,
        repair: fromRun(section),
      };
    },
  },
  {
    id: 'warm-up-ends',
    title: 'The warm-up ends within the run',
    reason: 'Until it ends, the learning rate is below the one that is set.',
    severity: 'warning',
    check: (facts) => {
      const schedule = scheduleOf(facts);
      const steps = facts.config.number(STEPS);
      if (schedule === null || steps === null || schedule.ratio <= 0 || schedule.total <= 0) return null;
      const { section, ratio, total } = schedule;
      const warm = Math.floor(ratio * total);
      if (warm < steps) return `${warm} of ${steps} steps`;
      return {
        path: `${section}.lr_warmup_steps_ratio`,
        message: `The warm-up takes ${ratio} × ${total} = ${warm} steps, and the run has ${steps}: the learning rate never reaches ${section}.lr.`,
      };
    },
  },
];

function fromRun(section: string) {
  return {
    title: `Take it from ${STEPS}`,
    path: `${section}.total_training_steps`,
    set: `\${${STEPS}}`,
  };
}

type Schedule = { readonly section: string; readonly ratio: number; readonly total: number };

function scheduleOf({ config, backend, actor }: RuleFacts): Schedule | null {
  if (backend !== 'self_hosted' || actor === null) return null;
  const section = `${actor}.actor.optim`;
  return {
    section,
    ratio: at(config, section, 'lr_warmup_steps_ratio'),
    total: at(config, section, 'total_training_steps'),
  };
}

function at(config: ConfigView, section: string, key: string): number {
  return config.number(`${section}.${key}`) ?? 0;
}
