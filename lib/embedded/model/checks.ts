import type { Datum } from '@/lib/rl/datum';
import type { ModelShape, SampleRequest } from './learner';
import { VOCABULARY_SIZE } from '@/lib/tokenizers/byte-vocabulary';

// The kernels trust what they are given and share one memory: a wrong index would corrupt the model silently.

const MAX_PARAMETERS = 50_000_000;

export function checkShape({ modelWidth, layers, heads, context }: ModelShape): void {
  const sizes = { modelWidth, layers, heads, context };
  for (const [name, value] of Object.entries(sizes)) {
    if (!Number.isInteger(value) || value < 1)
      throw new RangeError(`${name} must be a positive whole number.`);
  }
  if (modelWidth % (8 * heads) !== 0) {
    throw new RangeError(`Model width ${modelWidth} must be a multiple of 8 × ${heads} heads.`);
  }
  if (context % 8 !== 0) throw new RangeError(`Context ${context} must be a multiple of 8.`);
  if (12 * layers * modelWidth ** 2 > MAX_PARAMETERS) {
    throw new RangeError(
      'The model is too large for the embedded learner: choose fewer layers or a smaller width.',
    );
  }
}

function checkTokens(tokens: Iterable<number>): void {
  for (const token of tokens) {
    if (!Number.isInteger(token) || token < 0 || token >= VOCABULARY_SIZE) {
      throw new RangeError(`Token ${token} is not in the vocabulary (0 to ${VOCABULARY_SIZE - 1}).`);
    }
  }
}

export function checkSampleRequest(request: SampleRequest, { context }: ModelShape): void {
  const { prompt, maxTokens, temperature } = request;
  if (prompt.length === 0) throw new RangeError('A prompt needs at least one token.');
  if (prompt.length > context) {
    throw new RangeError(`The prompt has ${prompt.length} tokens; the model's context holds ${context}.`);
  }
  if (!Number.isInteger(maxTokens) || maxTokens < 1) throw new RangeError('maxTokens must be at least 1.');
  if (!(temperature >= 0)) throw new RangeError('The temperature must not be negative.');
  if (!Number.isSafeInteger(request.seed)) throw new RangeError('The seed must be a safe integer.');
  checkTokens(prompt);
}

export function checkBatch(batch: readonly Datum[], { context }: ModelShape): void {
  if (batch.length === 0) throw new RangeError('The batch is empty.');
  for (const [index, datum] of batch.entries()) {
    const { tokens, weights, logprobs, advantages, referenceLogprobs } = datum;
    // the last token is predicted but not fed
    if (tokens.length > context + 1) {
      throw new RangeError(
        `Sequence ${index} has ${tokens.length} tokens; the model's context holds ${context + 1}.`,
      );
    }
    const columns = [weights, logprobs, advantages, referenceLogprobs];
    const lengths = columns.map((column) => column?.length);
    if (lengths.some((length) => length !== undefined && length !== tokens.length)) {
      throw new RangeError(`Sequence ${index} has arrays of different lengths.`);
    }
    checkTokens(tokens);
  }
}
