import type { Env } from '@/lib/env';
import { fillSecrets } from '@/lib/recipes/environment/fill-secrets';
import type { RecipeConfig } from '@/lib/recipes/recipe-config';
import { valueAt } from '@/lib/recipes/value-at';
import type { RunVariables } from '@/lib/secrets/code-environment';
import type { PreflightCheck } from '../launch';

/** What a look at a variant's services needs. */
export type ServiceFacts = {
  readonly env: Env;
  readonly entry: string;
  /** With stars for secrets. */
  readonly config: RecipeConfig;
  /** As plain JSON, secrets by name. */
  readonly resolved: unknown;
  readonly variables: RunVariables;
};

/** A section with its secrets: never to be shown. */
export function withSecrets({ resolved, variables }: ServiceFacts, path: readonly string[]): unknown {
  return fillSecrets(valueAt(resolved, path), (name) => variables.values[name] ?? '');
}

type About = Pick<PreflightCheck, 'id' | 'title' | 'path'>;

/** What a status says to the person who launches. */
export function refusal(
  about: About,
  service: string,
  { status }: { readonly status: number },
): PreflightCheck {
  const detail =
    status === 401 || status === 403
      ? `${service} refuses the key (${status}). Correct it where the recipe reads it.`
      : `${service} answers with ${status} where it should say what it serves. Is ${about.path ?? 'the address'} that of another service?`;
  return { ...about, status: status >= 500 ? 'warning' : 'failed', detail };
}

export function silence(
  about: About,
  { message, isLate }: { readonly message: string; readonly isLate: boolean },
): PreflightCheck {
  const detail = `${message}. Start it, or correct ${about.path ?? 'its address'}.`;
  return { ...about, status: isLate ? 'warning' : 'failed', detail };
}
