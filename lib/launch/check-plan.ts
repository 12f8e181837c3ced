import { formatDuration } from '@/lib/charts/format-time';
import { formatNumber } from '@/lib/charts/format-value';
import type { RecipeConfig } from '@/lib/recipes/recipe-config';
import type { LengthForecast } from './check-lengths';
import type { PreflightCheck } from './launch';
import type { PastSpeed } from './past-speed';

const MILLION = 1e6;

/** What will be done, and how long it takes and what it costs as far as there is a basis to say so. */
export function checkPlan(
  config: RecipeConfig,
  { forecast, speed }: { readonly forecast: LengthForecast | null; readonly speed: PastSpeed | null },
): PreflightCheck {
  const { data, trainer } = config;
  const warm = trainer.warm_start?.enabled === true ? ', after a warm start' : '';
  const rollouts = trainer.total_train_steps * data.batch_size * data.rollout_repeat_n;
  const said = [
    `${trainer.total_train_steps} steps of ${data.batch_size} prompts × ${data.rollout_repeat_n} rollouts${warm}.`,
    ...tokensOf(rollouts, forecast),
    timeOf(rollouts, speed),
    costOf(config, rollouts, forecast),
  ];
  return {
    id: 'plan',
    title: 'Plan',
    status: 'passed',
    detail: said.filter((part) => part !== null).join(' '),
    path: 'trainer.total_train_steps',
  };
}

function tokensOf(rollouts: number, forecast: LengthForecast | null): readonly string[] {
  if (forecast === null) return [];
  const most = rollouts * (forecast.promptTokens + forecast.responseTokens);
  return [
    `At most ${large(most)} tokens: ${rollouts} rollouts × (${Math.round(forecast.promptTokens)} of a prompt on average + up to ${forecast.responseTokens} of a response).`,
  ];
}

function timeOf(rollouts: number, speed: PastSpeed | null): string {
  if (speed === null) return 'Time: no basis yet, since no run of this backend and model was long enough.';
  const seconds = rollouts / speed.rolloutsPerSecond;
  return `About ${formatDuration(seconds)} of steps, at ${formatNumber(speed.rolloutsPerSecond)} rollouts a second as in run ${speed.run}.`;
}

/** Never a price that nobody gave. */
function costOf(config: RecipeConfig, rollouts: number, forecast: LengthForecast | null): string | null {
  const { inference_service: service } = config.service;
  const price = service.price_per_million_tokens;
  if (price === undefined || price === null || forecast === null) return null;
  const most = (rollouts * (forecast.promptTokens + forecast.responseTokens)) / MILLION;
  return `At most ${formatNumber(most * price)} at ${formatNumber(price)} per million tokens (service.inference_service.price_per_million_tokens).`;
}

function large(tokens: number): string {
  return tokens >= MILLION ? `${(tokens / MILLION).toFixed(1)} million` : String(Math.round(tokens));
}
