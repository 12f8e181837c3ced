import { z } from 'zod';
import { ParamRefusal } from './openai-error';

/** What SGLang and OpenAI's API let one say about sampling and the embedded model does not do. */
export const SamplingLimits = z.object({
  top_p: z.number().nullish(),
  top_k: z.number().nullish(),
  min_p: z.number().nullish(),
  frequency_penalty: z.number().nullish(),
  presence_penalty: z.number().nullish(),
  repetition_penalty: z.number().nullish(),
});

const NEUTRAL: readonly (readonly [
  keyof z.infer<typeof SamplingLimits>,
  (value: number) => boolean,
  number,
])[] = [
  ['top_p', (value) => value === 1, 1],
  ['top_k', (value) => value <= 0, -1],
  ['min_p', (value) => value === 0, 0],
  ['frequency_penalty', (value) => value === 0, 0],
  ['presence_penalty', (value) => value === 0, 0],
  ['repetition_penalty', (value) => value === 1, 1],
];

export function refuseLimits(params: z.infer<typeof SamplingLimits>): void {
  for (const [name, isNeutral, neutral] of NEUTRAL) {
    const value = params[name];
    if (value != null && !isNeutral(value)) {
      throw new ParamRefusal(
        name,
        `The embedded model samples from its whole distribution: leave ${name} at ${neutral}.`,
      );
    }
  }
}

export const MAX_SAMPLES = 128;
const MAX_TOKENS = 65_536;
export const tokenIds = z.array(z.number().int().nonnegative());
export const tokenCount = z.number().int().nonnegative().max(MAX_TOKENS);
export const stopStrings = z
  .union([z.string(), z.array(z.string())])
  .nullish()
  .transform((stop) => (typeof stop === 'string' ? [stop] : (stop ?? [])).filter((text) => text !== ''));
export const temperature = z.number().min(0).max(100).nullish();
const SEED_SPACE = 2 ** 32;
/** Other services take seeds of 64 bits, negative ones too. */
export const seed = z
  .number()
  .int()
  .nullish()
  .transform((value) => (value == null ? null : ((value % SEED_SPACE) + SEED_SPACE) % SEED_SPACE));
