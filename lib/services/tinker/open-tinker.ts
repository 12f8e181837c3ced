import { z } from 'zod';
import { processEnvironment, readEnv } from '@/lib/env';
import type { RecipeConfig } from '@/lib/recipes/recipe-config';
import { tokenizerOf } from '@/lib/recipes/tokenizer-of';
import { AppError } from '@/lib/shared/app-error';
import { loadTokenizer } from '@/lib/tokenizers/load-tokenizer';
import type { Tokenizer } from '@/lib/tokenizers/tokenizer';
import type { InferenceService } from '../inference-service';
import type { TrainingService } from '../training-service';
import { connectTinker } from './connect-tinker';

/** The public service. */
export const TINKER_URL = 'https://tinker.thinkingmachines.dev/services/tinker-prod';
const DEFAULT_RANK = 32;

/** `service.tinker_service`, where secrets have been put in. */
const Account = z.object({
  base_url: z.string().nullish(),
  api_key: z.string().nullish(),
  lora_rank: z.number().int().positive().nullish(),
});

export type OpenTinkerOptions = {
  /** Where relative paths of tokenizers start. */
  readonly root: string;
  readonly onMessage?: (message: string) => void;
  /** An account to use instead of the one that environment and recipe name. */
  readonly address?: TinkerAddress;
};

export type TinkerAddress = { readonly baseUrl: string; readonly apiKey: string };

/** Both services of a recipe's Tinker account. Throws an `AppError` for what is missing. */
export function openTinker(
  config: RecipeConfig,
  { root, address, ...told }: OpenTinkerOptions,
): { readonly inference: InferenceService; readonly training: TrainingService } {
  const account = readAccount(config);
  const { apiKey, baseUrl } = address ?? namedAddress(account);
  if (apiKey === '') {
    throw new AppError(
      'unprocessable',
      'Tinker needs a key: set service.tinker_service.api_key to ${oc.env:TINKER_API_KEY}, and the key with galley secrets set TINKER_API_KEY.',
    );
  }
  const baseModel = config.service.inference_service.model ?? '';
  if (baseModel === '') {
    throw new AppError('invalid_input', 'Tinker needs a base model: set service.inference_service.model.');
  }
  return connectTinker({
    ...told,
    baseUrl: checkAddress(baseUrl),
    apiKey,
    baseModel,
    rank: account.lora_rank ?? DEFAULT_RANK,
    loadTokenizer: () => openTokenizer(config, root),
  });
}

function checkAddress(text: string): string {
  if (/^https?:/i.test(text) && URL.canParse(text)) return text;
  throw new AppError(
    'invalid_input',
    `"${text}" is no address of a Tinker service: set service.tinker_service.base_url, or TINKER_BASE_URL where that is set, to one like https://host/path.`,
  );
}

function namedAddress({ api_key: key, base_url: url }: z.infer<typeof Account>): TinkerAddress {
  const environment = processEnvironment();
  return {
    apiKey: environment['TINKER_API_KEY'] ?? key ?? '',
    baseUrl: environment['TINKER_BASE_URL'] ?? url ?? TINKER_URL,
  };
}

function readAccount({ service }: RecipeConfig): z.infer<typeof Account> {
  const parsed = Account.safeParse(service.tinker_service ?? {});
  if (parsed.success) return parsed.data;
  throw new AppError(
    'invalid_input',
    `service.tinker_service is not usable: ${z.prettifyError(parsed.error)}`,
  );
}

function openTokenizer(config: RecipeConfig, root: string): Promise<Tokenizer> {
  const { tokenizer, tokenizerKey } = tokenizerOf(config);
  if (tokenizer === null) {
    return Promise.reject(
      new AppError('not_found', `Tinker takes token ids: set ${tokenizerKey} to the base model's tokenizer.`),
    );
  }
  return loadTokenizer(tokenizer, { baseDirs: [root], hubCache: readEnv().hubCache, setting: tokenizerKey });
}
