import { type ConfigView, createConfigView, isMap } from '../config-view';
import { nodeOf } from '../schema/catalogue';
import { RecipeSchema } from '../schema/recipe-schema';
import { stageConfigs, stageSpans } from '../stages';
import type { Finding, Rule } from './rule';

/** Config paths that a stage may change; `*` stands for a name. All else is opened once for the whole run. */
const CHANGEABLE: readonly string[] = [
  'data',
  'rollout_worker.max_attempts',
  'rollout_worker.max_failed_share',
  'rollout_worker.max_sequence_length',
  'rollout_worker.num_workers',
  'rollout_worker.stop',
  'rollout_worker.temperature',
  'service.train_service.*.config',
  'trainer.algorithm',
  'trajectory_pool',
  'weight.staleness_threshold',
  'weight.sync_mode',
];
const FIXED: readonly string[] = ['data.seed', 'data.type', 'data.epochs'];

export const STAGE_RULES: readonly Rule[] = [
  {
    id: 'stages-add-up',
    title: 'The stages add up to the run',
    reason: 'trainer.total_train_steps is the end of the run and of its schedules.',
    severity: 'error',
    check: ({ config }) => {
      const spans = stageSpans(config.root);
      const end = spans.at(-1)?.to;
      const total = config.number('trainer.total_train_steps');
      if (end === undefined || total === null) return null;
      const epochs = config.number('data.epochs');
      if (epochs !== null) {
        const message = `data.epochs is ${epochs}, and the stages say how long the run is: take data.epochs out.`;
        return { path: 'data.epochs', message };
      }
      const sum = spans.map(({ from, to }) => to - from).join(' + ');
      if (end === total) return `${sum} = ${total} steps`;
      return {
        path: 'trainer.total_train_steps',
        message: `trainer.total_train_steps is ${total}, and the stages have ${sum} = ${end} steps.`,
        repair: { title: `Use ${end}`, path: 'trainer.total_train_steps', set: String(end) },
      };
    },
  },
  {
    id: 'stages-named-once',
    title: 'Every stage has a name of its own',
    reason: 'Charts and the log tell stages apart by their names.',
    severity: 'error',
    check: ({ config }) => {
      const names = stageSpans(config.root).map(({ name }) => name);
      const index = names.findIndex((name, at) => names.indexOf(name) !== at);
      if (names.length === 0) return null;
      if (index === -1) return names.join(', ');
      return { path: `stages[${index}].name`, message: `Two stages are called ${names[index]}.` };
    },
  },
  {
    id: 'stage-changes-known',
    title: 'Stages change keys that can change',
    reason: 'Model, services, evaluator and seed are the same for the whole run.',
    severity: 'error',
    check: ({ config }) => {
      const count = stageSpans(config.root).length;
      if (count === 0) return null;
      const findings = Array.from({ length: count }, (_, index) => `stages[${index}]`).flatMap((stage) => [
        ...pathsIn(config.get(`${stage}.data`)).map((key) => ({
          path: `${stage}.data.${key}`,
          key: `data.${key}`,
        })),
        ...pathsIn(config.get(`${stage}.overrides`)).map((key) => ({
          path: `${stage}.overrides.${key}`,
          key,
        })),
      ]);
      const wrong = findings.flatMap(({ path, key }) => {
        const message = problemOf(key);
        return message === null ? [] : [{ path, message }];
      });
      return wrong.length === 0 ? `${findings.length} changes` : wrong;
    },
  },
  {
    id: 'stage-temperature',
    title: 'No forward pass depends on a temperature that a stage changes',
    reason: 'The training service computes log-probabilities at one temperature for the whole run.',
    severity: 'error',
    check: ({ config, actor }) => {
      const usual = config.number('rollout_worker.temperature') ?? 1;
      const stages = stageConfigs(config.root);
      if (stages.length === 0) return null;
      const wrong = stages.flatMap((stage, index): Finding[] => {
        const own = createConfigView(stage);
        const needed = forwardPassOf(own, actor);
        if ((own.number('rollout_worker.temperature') ?? 1) === usual || needed === null) return [];
        return [
          {
            path: `stages[${index}].overrides.rollout_worker.temperature`,
            message: `A stage with a sampling temperature of its own cannot have ${needed}: log-probabilities would be of the other temperature.`,
          },
        ];
      });
      return wrong.length === 0 ? `${stages.length} stages` : wrong;
    },
  },
  {
    id: 'stage-values-valid',
    title: 'The values of stages are ones that a run takes',
    reason: 'A stage is read like a recipe when the run begins.',
    severity: 'error',
    check: ({ config }) => {
      const configs = stageConfigs(config.root);
      if (configs.length === 0) return null;
      const common = RecipeSchema.safeParse(config.root);
      const known = new Set(common.error?.issues.map(({ path }) => path.join('.')));
      const wrong = configs.flatMap((stage, index): Finding[] =>
        (RecipeSchema.safeParse(stage).error?.issues ?? [])
          .filter(({ path }) => !known.has(path.join('.')))
          .map(({ path, message }) => ({
            path: `stages[${index}]`,
            message: `In the stage ${String(config.get(`stages[${index}].name`))}, ${path.join('.')}: ${message}`,
          })),
      );
      return wrong.length === 0 ? `${configs.length} stages` : wrong;
    },
  },
];

/** What makes a stage ask the training service for log-probabilities; null where nothing does. */
function forwardPassOf(config: ConfigView, actor: string | null): string | null {
  const keys = ['trainer.algorithm.use_kl_in_reward', 'trainer.algorithm.do_old_log_prob_compute'];
  const type = config.text('trainer.type') ?? '';
  if (type.endsWith('_opd')) return `trainer.type ${type}`;
  return [...keys, `${actor ?? ''}.config.use_kl_loss`].find((key) => config.isTrue(key)) ?? null;
}

function problemOf(key: string): string | null {
  if (nodeOf(key) === null) return `${key} is no key of a recipe.`;
  const isWithin = (place: string): boolean => matches(key, place);
  if (CHANGEABLE.some(isWithin) && !FIXED.some(isWithin)) return null;
  return `${key} is the same for the whole run: a stage cannot change it. For another run that goes on from this one, use resume.mode: from_path.`;
}

function matches(key: string, place: string): boolean {
  const segments = key.split('.');
  return place.split('.').every((name, index) => name === '*' || name === segments[index]);
}

/** Paths of the values in a map. */
function pathsIn(value: unknown): readonly string[] {
  if (!isMap(value)) return [];
  return Object.entries(value).flatMap(([key, each]) =>
    isMap(each) ? pathsIn(each).map((path) => `${key}.${path}`) : [key],
  );
}
