import { z } from 'zod';
import { WireError } from './wire-error';

const TextChunk = z.object({
  type: z.literal('encoded_text').optional(),
  tokens: z.array(z.number().int()),
});
// images and audio: known, so that the refusal can name them
const OtherChunk = z.looseObject({ type: z.string() });

export const ModelInputJson = z.object({ chunks: z.array(z.union([TextChunk, OtherChunk])) });

/** Refuses what is not text with a `WireError`. */
export function tokensOfJson({ chunks }: z.infer<typeof ModelInputJson>): readonly number[] {
  return chunks.flatMap((chunk) => {
    const text = TextChunk.safeParse(chunk);
    if (text.success) return text.data.tokens;
    throw new WireError(
      `A model input has a part of the kind ${chunk.type ?? 'unknown'}; only text is taken.`,
    );
  });
}

export function modelInputJson(tokens: readonly number[]): z.input<typeof ModelInputJson> {
  return { chunks: [{ tokens: [...tokens], type: 'encoded_text' }] };
}
