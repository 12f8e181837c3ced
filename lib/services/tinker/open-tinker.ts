import { z } from 'zod';
import { processEnvironment } from '@/lib/env';
import type { RecipeConfig } from '@/lib/recipes/recipe-config';
import { AppError } from '@/lib/shared/app-error';
import { checkAddress, type OpenRemoteOptions, openTokenizer, type RemoteAddress } from '../open-remote';
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

/** Both services of a recipe's Tinker account. Throws an `AppError` for what is missing. */
export function openTinker(
  config: RecipeConfig,
  { root, address, ...told }: OpenRemoteOptions,
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
    baseUrl: checkAddress(baseUrl, 'Tinker'),
    apiKey,
    baseModel,
    rank: account.lora_rank ?? DEFAULT_RANK,
    loadTokenizer: () => openTokenizer(config, root, 'Tinker'),
  });
}

function namedAddress({ api_key: key, base_url: url }: z.infer<typeof Account>): RemoteAddress {
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
