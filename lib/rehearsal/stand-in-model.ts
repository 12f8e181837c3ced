import { isMap } from '@/lib/recipes/config-view';
import { valueAt } from '@/lib/recipes/value-at';
import { BYTES_TOKENIZER } from '@/lib/tokenizers/byte-vocabulary';
import { STANDS_IN } from './stand-ins';
import type { Change } from './substitution';

type StandIn = { readonly name: string; readonly context: number };

/** The models that the embedded service offers to clients of other protocols; see `base-models.ts` there. */
export const MODELS = {
  short: { name: 'galley/embedded-small', context: 512 },
  long: { name: 'galley/embedded-long', context: 2048 },
} as const;
/** Longest response where the recipe's own lengths do not fit. */
const RESPONSE_TOKENS = 64;
/** The embedded model under its name, its tokens, and lengths that it holds; the short one where a protocol knows no other. */
export function standInModel(config: unknown, only?: StandIn): readonly Change[] {
  const prompt = numberAt(config, ['data', 'max_prompt_length']) ?? DEFAULT_LENGTH;
  const response =
    numberAt(config, ['service', 'inference_service', 'max_tokens']) ??
    numberAt(config, ['data', 'max_response_length']) ??
    DEFAULT_LENGTH;
  const isShort = prompt + response <= MODELS.short.context && !isAgent(config);
  const model = only ?? (isShort ? MODELS.short : MODELS.long);
  return [
    {
      path: ['service', 'inference_service', 'model'],
      to: model.name,
      reason: STANDS_IN,
    },
    ...tokenizers(config),
    ...lengths(config, { context: model.context, response }),
  ];
}

const DEFAULT_LENGTH = 1024;

function isAgent(config: unknown): boolean {
  const worker = valueAt(config, ['rollout_worker']);
  return (
    isMap(worker) &&
    (worker['type'] === 'nexau' || (worker['custom_rollout_worker_module_path'] ?? null) !== null)
  );
}

function tokenizers(config: unknown): readonly Change[] {
  const reason = 'The embedded model reads bytes.';
  const own: Change = { path: ['data', 'tokenizer_path'], to: BYTES_TOKENIZER, reason };
  const others = [
    ['validate', 'data', 'tokenizer_path'],
    ['service', 'inference_service', 'tokenizer'],
    ['rollout_worker', 'tokenizer'],
  ].filter((path) => (valueAt(config, path) ?? null) !== null);
  return [own, ...others.map((path) => ({ path, to: BYTES_TOKENIZER, reason }))];
}

function lengths(
  config: unknown,
  { context, response }: { readonly context: number; readonly response: number },
): readonly Change[] {
  const shorter = Math.min(response, RESPONSE_TOKENS);
  const kept = response + shorter <= context ? response : shorter;
  const limit = context - kept;
  const fits = `The embedded model holds ${context} bytes, prompt and response together.`;
  const left = 'Prompts that the embedded model cannot hold are left out.';
  const answers = [
    ['data', 'max_response_length'],
    ['service', 'inference_service', 'max_tokens'],
    ['validate', 'max_tokens'],
  ].flatMap((path, index): readonly Change[] => {
    const value = numberAt(config, path);
    // the first has a default that is more than the model holds
    const isTooLong = value === null ? index === 0 && kept < DEFAULT_LENGTH : value > kept;
    return isTooLong ? [{ path, to: kept, reason: fits }] : [];
  });
  const held = isMap(valueAt(config, ['validate', 'data']));
  return [
    ...answers,
    { path: ['data', 'filter_prompts'], to: true, reason: left },
    { path: ['data', 'max_prompt_length'], to: limit, reason: `Counted in bytes. ${fits}` },
    ...(held ? [{ path: ['validate', 'data', 'filter_prompts'], to: true, reason: left }] : []),
    ...(numberAt(config, ['validate', 'data', 'max_prompt_length']) === null
      ? []
      : [
          { path: ['validate', 'data', 'max_prompt_length'], to: limit, reason: `Counted in bytes. ${fits}` },
        ]),
  ];
}

function numberAt(config: unknown, path: readonly string[]): number | null {
  const value = valueAt(config, path);
  return typeof value === 'number' ? value : null;
}
