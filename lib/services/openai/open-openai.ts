import { z } from 'zod';
import { readEnv } from '@/lib/env';
import type { RecipeConfig } from '@/lib/recipes/recipe-config';
import { tokenizerOf } from '@/lib/recipes/tokenizer-of';
import { AppError } from '@/lib/shared/app-error';
import { loadTokenizer } from '@/lib/tokenizers/load-tokenizer';
import type { Tokenizer } from '@/lib/tokenizers/tokenizer';
import type { InferenceService } from '../inference-service';
import { connectOpenAi, type OpenAiBackend } from './connect-openai';
import { serverAddresses } from './server-addresses';

const SETTING = 'service.inference_service';

/** `service.inference_service`, where secrets have been put in. */
const Servers = z.object({
  base_url: z.string().nullish(),
  api_key: z.string().nullish(),
  max_retries: z.number().int().min(1).nullish(),
  freeze_for_weight_sync: z.boolean().nullish(),
});

const BACKENDS: readonly OpenAiBackend[] = ['sglang', 'vllm', 'openai'];

/** The inference half of a recipe on servers of its own. Throws an `AppError` for what is missing. */
export function openOpenAi(
  config: RecipeConfig,
  { root, onMessage }: { readonly root: string; readonly onMessage?: (message: string) => void },
): InferenceService {
  const { backend, model } = config.service.inference_service;
  const known = BACKENDS.find((each) => each === backend);
  if (known === undefined) {
    throw new AppError(
      'invalid_input',
      `${SETTING}.backend is "${backend}"; servers are ${BACKENDS.join(', ')}.`,
    );
  }
  refuseSyncMethod(config);
  const parsed = Servers.safeParse(config.service.inference_service);
  if (!parsed.success) {
    throw new AppError('invalid_input', `${SETTING} is not usable: ${z.prettifyError(parsed.error)}`);
  }
  const {
    base_url: baseUrl,
    api_key: apiKey,
    max_retries: attempts,
    freeze_for_weight_sync: freeze,
  } = parsed.data;
  return connectOpenAi({
    backend: known,
    addresses: serverAddresses(baseUrl ?? '', `${SETTING}.base_url`),
    apiKey: apiKey ?? null,
    model: model == null || model === '' ? null : model,
    freezeForWeightSync: freeze ?? true,
    ...(attempts == null ? {} : { maxAttempts: attempts }),
    ...(onMessage === undefined ? {} : { onMessage }),
    loadTokenizer: () => openTokenizer(config, root),
  }).inference;
}

/** `network` is a weight provider of the reference framework's makers, which is not public. */
function refuseSyncMethod({ weight }: RecipeConfig): void {
  const method = weight?.sync_method;
  if (method === undefined || method === null || method === 'disk') return;
  throw new AppError(
    'unavailable',
    `weight.sync_method is ${JSON.stringify(method)}; servers of your own get their weights from disk. Set it to disk.`,
  );
}

function openTokenizer(config: RecipeConfig, root: string): Promise<Tokenizer> {
  const { tokenizer, tokenizerKey } = tokenizerOf(config);
  if (tokenizer === null) {
    return Promise.reject(
      new AppError(
        'not_found',
        `Prompts are sent as token ids: set ${tokenizerKey} to the model's tokenizer.`,
      ),
    );
  }
  return loadTokenizer(tokenizer, { baseDirs: [root], hubCache: readEnv().hubCache, setting: tokenizerKey });
}
