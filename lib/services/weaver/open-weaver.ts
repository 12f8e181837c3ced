import { z } from 'zod';
import { processEnvironment } from '@/lib/env';
import type { RecipeConfig } from '@/lib/recipes/recipe-config';
import { AppError } from '@/lib/shared/app-error';
import { checkAddress, type OpenRemoteOptions, openTokenizer, type RemoteAddress } from '../open-remote';
import type { InferenceService } from '../inference-service';
import type { TrainingService } from '../training-service';
import { connectWeaver } from './connect-weaver';

/** The public service. */
const BASE_URL = 'https://weaver-console.nex-agi.cn';
const DEFAULT_RANK = 32;

/** `service.weaver_service`, where secrets have been put in. */
const Account = z.object({
  base_url: z.string().nullish(),
  api_key: z.string().nullish(),
  lora_rank: z.number().int().positive().nullish(),
  training_mode: z.enum(['lora', 'full_ft']).nullish(),
});

/** Both services of a recipe's Weaver account. Throws an `AppError` for what is missing. */
export function openWeaver(
  config: RecipeConfig,
  { root, address, ...told }: OpenRemoteOptions,
): { readonly inference: InferenceService; readonly training: TrainingService } {
  const account = readAccount(config);
  const { apiKey, baseUrl } = address ?? namedAddress(account);
  if (apiKey === '') {
    throw new AppError(
      'unprocessable',
      'Weaver needs a key: set service.weaver_service.api_key to ${oc.env:WEAVER_API_KEY}, and the key with galley secrets set WEAVER_API_KEY.',
    );
  }
  const baseModel = config.service.inference_service.model ?? '';
  if (baseModel === '') {
    throw new AppError('invalid_input', 'Weaver needs a base model: set service.inference_service.model.');
  }
  return connectWeaver({
    ...told,
    baseUrl: checkAddress(baseUrl, 'Weaver'),
    apiKey,
    baseModel,
    rank: account.lora_rank ?? DEFAULT_RANK,
    trainingMode: account.training_mode ?? 'lora',
    loadTokenizer: () => openTokenizer(config, root, 'Weaver'),
  });
}

function namedAddress({ api_key: key, base_url: url }: z.infer<typeof Account>): RemoteAddress {
  const environment = processEnvironment();
  return {
    apiKey: environment['WEAVER_API_KEY'] ?? key ?? '',
    baseUrl: environment['WEAVER_BASE_URL'] ?? url ?? BASE_URL,
  };
}

function readAccount({ service }: RecipeConfig): z.infer<typeof Account> {
  const parsed = Account.safeParse(service['weaver_service'] ?? {});
  if (parsed.success) return parsed.data;
  throw new AppError(
    'invalid_input',
    `service.weaver_service is not usable: ${z.prettifyError(parsed.error)}`,
  );
}
