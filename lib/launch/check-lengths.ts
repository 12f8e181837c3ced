import type { DataProfile } from '@/lib/domain/data-profile';
import { BYTES_TOKENIZER } from '@/lib/tokenizers/byte-vocabulary';
import type { PreflightCheck } from './launch';

/** Tokens of one rollout, as far as the data tells. */
export type LengthForecast = {
  /** Mean over the prompts. */
  readonly promptTokens: number;
  /** The longest that a response may be; how long they will be nobody knows. */
  readonly responseTokens: number;
  readonly countedBy: DataProfile['tokens'];
};

const COUNTED = {
  bytes: 'counted in bytes, as an embedded model does',
  tokenizer: 'counted by the recipe’s tokenizer',
  estimate: 'estimated from their characters, for want of the tokenizer',
} as const;

export function forecastOf({ plan, tokens, train }: DataProfile): LengthForecast | null {
  if (train.prompts.counted === 0) return null;
  return { promptTokens: train.prompts.mean, responseTokens: plan.maxResponseLength, countedBy: tokens };
}

/** How long prompts are, and what does not fit; nothing to say of data that could not be read. */
export function checkLengths(profile: DataProfile | null): readonly PreflightCheck[] {
  if (profile === null || profile.train.prompts.counted === 0) return [];
  const { plan, train } = profile;
  const tokens = plan.tokenizer === BYTES_TOKENIZER ? 'bytes' : profile.tokens;
  const { median, p95, max, counted, overSequence, cutResponses } = train.prompts;
  const said = [
    `Prompts have ${median} tokens (median), ${p95} (95 of 100), ${max} at most, ${COUNTED[tokens]}; a response has ${plan.maxResponseLength} at most.`,
  ];
  if (overSequence > 0)
    said.push(`${overSequence} of ${counted} prompts leave no room for a response (${plan.sequenceKey}).`);
  else if (cutResponses > 0)
    said.push(
      `With ${cutResponses} of ${counted} prompts the longest response does not fit (${plan.sequenceKey}).`,
    );
  const check = {
    id: 'lengths',
    title: 'Lengths',
    path: overSequence > 0 ? plan.sequenceKey : 'data.max_prompt_length',
  };
  const status = overSequence > 0 ? 'warning' : tokens === 'estimate' || cutResponses > 0 ? 'note' : 'passed';
  return [{ ...check, status, detail: said.join(' ') }];
}
