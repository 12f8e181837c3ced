import { randomInt } from 'node:crypto';
import type { z } from 'zod';
import { deriveSeed } from '@/lib/rl/seeded-random';
import { tokensOfJson } from '@/lib/services/tinker/wire/model-input';
import type { SampleRequest, SamplingParams } from '@/lib/services/tinker/wire/requests';
import {
  type Candidate,
  type SampleResult,
  sampleToJson,
  sampleToProto,
} from '@/lib/services/tinker/wire/sample';
import { VOCABULARY_SIZE } from '@/lib/tokenizers/byte-vocabulary';
import type { FutureResult } from './futures';
import { MAX_ROWS, type SamplerAnswer, type SamplerRequest } from './sampler-host';
import type { SamplingSession } from './sessions';
import { unprocessable } from './tinker-error';

const SEED_SPACE = 2 ** 32;

/** Checks a request and gives what samples for it. Throws what is wrong with it. */
export function prepareSample(
  body: z.output<typeof SampleRequest>,
  session: SamplingSession,
): () => Promise<FutureResult> {
  const prompt = tokensOfJson(body.prompt);
  const request = samplerRequest(body, prompt, session);
  return async () => {
    const answer = await session.host.ask(request);
    const result = resultOf(answer, body);
    return { json: sampleToJson(result), proto: () => sampleToProto(result) };
  };
}

function samplerRequest(
  { sampling_params: params, ...body }: z.output<typeof SampleRequest>,
  prompt: readonly number[],
  { weights, base }: SamplingSession,
): SamplerRequest {
  if (params.top_k > 0 || params.top_p < 1) {
    throw unprocessable(
      'The embedded model samples from its whole distribution: leave top_k at -1 and top_p at 1.',
    );
  }
  checkAmounts(body, prompt);
  const seed = params.seed ?? randomInt(SEED_SPACE);
  const common = {
    prompt: '',
    promptTokens: prompt,
    maxTokens: params.max_tokens ?? base.shape.context,
    temperature: params.temperature,
    ...stopsOf(params.stop),
  };
  return {
    weights,
    prompt,
    completions: Array.from({ length: body.num_samples }, (_, sample) => ({
      ...common,
      // the first is what any protocol gives for this seed
      seed: sample === 0 ? seed : deriveSeed(seed, 'rollout', sample),
    })),
    promptLogprobs: body.prompt_logprobs === true,
    topk: body.topk_prompt_logprobs,
  };
}

/** What is asked for is made in memory, of a model that others use too. */
function checkAmounts(
  asked: Omit<z.output<typeof SampleRequest>, 'sampling_params'>,
  prompt: readonly number[],
): void {
  const { num_samples: samples, topk_prompt_logprobs: topk, prompt_logprobs: isScored } = asked;
  if (samples > MAX_ROWS) throw unprocessable(`num_samples is ${samples}; at most ${MAX_ROWS} are drawn.`);
  if (topk > VOCABULARY_SIZE) {
    throw unprocessable(`topk_prompt_logprobs is ${topk}; the vocabulary has ${VOCABULARY_SIZE} tokens.`);
  }
  if ((isScored === true || topk > 0) && prompt.length === 0) {
    throw unprocessable('An empty prompt has no log-probabilities.');
  }
}

function stopsOf(stop: z.output<typeof SamplingParams>['stop']): {
  readonly stop: readonly string[];
  readonly stopTokens: readonly number[];
} {
  const entries = typeof stop === 'string' ? [stop] : (stop ?? []);
  return {
    stop: entries.filter((entry) => typeof entry === 'string'),
    stopTokens: entries.filter((entry) => typeof entry === 'number'),
  };
}

function resultOf(
  answer: SamplerAnswer,
  { topk_prompt_logprobs: topk }: z.output<typeof SampleRequest>,
): SampleResult {
  return {
    sequences: answer.completions.map(({ tokens, logprobs, stopReason }) => ({
      stopReason,
      tokens: Array.from(tokens),
      logprobs: Array.from(logprobs),
    })),
    promptLogprobs:
      answer.promptLogprobs === null
        ? null
        : Array.from(answer.promptLogprobs, (value, at) => (at === 0 ? null : value)),
    topkPromptLogprobs: answer.likeliest === null ? null : candidatesOf(answer.likeliest, topk),
  };
}

function candidatesOf(
  { tokens, logprobs }: NonNullable<SamplerAnswer['likeliest']>,
  k: number,
): readonly (readonly Candidate[] | null)[] {
  return Array.from({ length: tokens.length / k }, (_, place) =>
    place === 0
      ? null
      : Array.from({ length: k }, (_unused, column) => {
          const at = place * k + column;
          return [tokens[at] ?? 0, logprobs[at] ?? NaN] as const;
        }),
  );
}
