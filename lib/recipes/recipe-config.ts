import { z } from 'zod';
import type { Backend } from '@/lib/domain/run';
import { migrateLegacy } from './migrate-legacy';
import { withMockServices } from './mock-services';
import { withStageData } from './stage-data';
import { RecipeSchema } from './schema/recipe-schema';

/** A resolved recipe as the run process reads it; older shapes are read as today's. */
export const RecipeConfig = z.preprocess(
  (value) => withStageData(withMockServices(migrateLegacy(value).config)),
  RecipeSchema,
);
export type RecipeConfig = z.infer<typeof RecipeConfig>;

const BACKEND_OF: ReadonlyMap<string, Backend> = new Map([
  ['embedded', 'embedded'],
  ['tinker', 'tinker'],
  ['weaver', 'weaver'],
]);

/** The backend that a recipe's inference service names; every OpenAI-compatible server is self-hosted. */
export function backendOf(config: RecipeConfig): Backend {
  return backendNamed(config.service.inference_service.backend);
}

export function backendNamed(inferenceBackend: string): Backend {
  return BACKEND_OF.get(inferenceBackend) ?? 'self_hosted';
}

/** Columns beside the prompt's that training reads, with the setting that names each. */
export function answerColumns({
  trainer: { warm_start },
}: RecipeConfig): readonly { readonly column: string; readonly setting: string }[] {
  if (warm_start?.enabled !== true) return [];
  return [{ column: warm_start.answer_key, setting: 'trainer.warm_start.answer_key' }];
}
