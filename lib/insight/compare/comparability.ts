import type { MetricInfo } from '@/lib/domain/metric';
import type { Backend } from '@/lib/domain/run';
import { createConfigView } from '@/lib/recipes/config-view';
import { comparisonCaution } from '../metric-words';

export type ComparedSetting = {
  readonly recipe: string;
  readonly backend: Backend;
  readonly config: unknown;
};

export type Comparability = {
  readonly badge: 'Comparable' | 'With care' | 'Not the same number';
  readonly tone: 'ok' | 'warning' | 'error';
  /** Why, in a sentence. */
  readonly reason: string;
};

const EVALUATOR = ['rollout_worker.evaluator_module_path', 'rollout_worker.evaluator_args'];
const TOKENIZER = [
  'data.tokenizer_path',
  'service.inference_service.model',
  'service.embedded_service.model',
];

/** Whether one metric of these runs may be drawn over another's, from what the catalogue knows of it. */
export function comparabilityOf(info: MetricInfo, runs: readonly ComparedSetting[]): Comparability {
  const caution = comparisonCaution(
    info,
    runs.map(({ backend }) => backend),
  );
  if (caution !== null) return { badge: 'Not the same number', tone: 'error', reason: caution };
  const doubt = doubtOf(info, runs);
  if (doubt !== null) return { badge: 'With care', tone: 'warning', reason: `${info.title} ${doubt}` };
  return { badge: 'Comparable', tone: 'ok', reason: `${info.title} means the same for these runs.` };
}

/** What stands between these numbers; null where nothing does. */
function doubtOf({ comparableWith }: MetricInfo, runs: readonly ComparedSetting[]): string | null {
  switch (comparableWith) {
    case 'same_evaluator':
      // the path of an evaluator is relative to its recipe
      return differ(runs, EVALUATOR, ({ recipe }) => recipe) ? 'was scored by different evaluators.' : null;
    case 'same_tokenizer':
      return differ(runs, TOKENIZER) ? 'counts tokens, and the models may cut text differently.' : null;
    case 'same_machine':
      return 'depends on the machine and on what else ran there.';
    case 'same_backend':
    case 'all':
      return null;
  }
}

function differ(
  runs: readonly ComparedSetting[],
  keys: readonly string[],
  also: (run: ComparedSetting) => string = () => '',
): boolean {
  const settings = runs.map((run) => {
    const view = createConfigView(run.config);
    return JSON.stringify([also(run), ...keys.map((key) => view.get(key) ?? null)]);
  });
  return new Set(settings).size > 1;
}

/** Settings that change what a comparison means; told beside every verdict, not only in the table of differences. */
const STRUCTURAL =
  /(^|\.)(learning_rate|lr|lora_rank|training_mode|total_train_steps|batch_size|rollout_repeat_n|max_response_length|temperature|loss_fn|loss_func_type|adv_estimator|kl_coef|kl_loss_coef|use_kl_in_reward|ppo_epochs|ppo_mini_batch_size|max_mini_batches|sync_mode)$/;

export function isStructural(path: string): boolean {
  return STRUCTURAL.test(path);
}
