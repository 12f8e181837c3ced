import { readEnv } from '@/lib/env';
import type { RecipeConfig } from '@/lib/recipes/recipe-config';
import { tokenizerOf } from '@/lib/recipes/tokenizer-of';
import { AppError } from '@/lib/shared/app-error';
import { loadTokenizer } from '@/lib/tokenizers/load-tokenizer';
import type { Tokenizer } from '@/lib/tokenizers/tokenizer';

// What services with an account need of a recipe, whoever they are.

export type OpenRemoteOptions = {
  /** Where relative paths of tokenizers start. */
  readonly root: string;
  readonly onMessage?: (message: string) => void;
  /** An account to use instead of the one that environment and recipe name. */
  readonly address?: RemoteAddress;
};

export type RemoteAddress = { readonly baseUrl: string; readonly apiKey: string };

/** The text, if it is an address. Throws an `AppError` that names the key. */
export function checkAddress(text: string, service: 'Tinker' | 'Weaver'): string {
  if (/^https?:/i.test(text) && URL.canParse(text)) return text;
  throw new AppError(
    'invalid_input',
    `"${text}" is no address of a ${service} service: set service.${service.toLowerCase()}_service.base_url, or ${service.toUpperCase()}_BASE_URL where that is set, to one like https://host/path.`,
  );
}

/** The tokenizer that a recipe names. Rejects with an `AppError` where it names none. */
export function openTokenizer(config: RecipeConfig, root: string, service: string): Promise<Tokenizer> {
  const { tokenizer, tokenizerKey } = tokenizerOf(config);
  if (tokenizer === null) {
    return Promise.reject(
      new AppError(
        'not_found',
        `${service} takes token ids: set ${tokenizerKey} to the base model's tokenizer.`,
      ),
    );
  }
  return loadTokenizer(tokenizer, { baseDirs: [root], hubCache: readEnv().hubCache, setting: tokenizerKey });
}
