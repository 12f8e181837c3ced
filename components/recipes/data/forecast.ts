import type { DataProfile, PromptProfile } from '@/lib/domain/data-profile';

/** What the recipe's limits would do to these prompts, in words. */
export function forecast(
  prompts: PromptProfile,
  { plan, tokens }: Pick<DataProfile, 'plan' | 'tokens'>,
  rowsRead: number,
): string {
  const unit = UNITS[tokens];
  const lengths = `${prompts.min} to ${prompts.max} ${unit}; median ${prompts.median}, 99 % up to ${prompts.p99}.`;
  const { overLimit, overSequence, cutResponses } = prompts;
  const looked = prompts.counted + prompts.nulls + prompts.other;
  const parts = [
    looked < rowsRead ? `Counted in the first ${looked.toLocaleString('en')} rows: ${lengths}` : lengths,
  ];
  parts.push(
    overLimit === 0
      ? `None is above data.max_prompt_length (${plan.maxPromptLength}).`
      : `${overLimit.toLocaleString('en')} of ${prompts.counted.toLocaleString('en')} are above data.max_prompt_length (${plan.maxPromptLength})${fate(plan)}.`,
  );
  if (overSequence > 0) {
    parts.push(
      `${overSequence.toLocaleString('en')} leave no room for a response (${plan.maxSequenceLength ?? 0}).`,
    );
  }
  if (cutResponses > 0) {
    parts.push(
      `For ${cutResponses.toLocaleString('en')} the longest response (${plan.maxResponseLength}) would be cut off at ${plan.maxSequenceLength ?? 0}.`,
    );
  }
  return parts.join(' ');
}

const UNITS: Readonly<Record<DataProfile['tokens'], string>> = {
  bytes: 'tokens (bytes of UTF-8)',
  tokenizer: 'tokens',
  estimate: 'tokens, about: estimated from characters',
};

function fate({ filterPrompts }: DataProfile['plan']): string {
  return filterPrompts ? ' and would be dropped' : ' and kept, since data.filter_prompts is off';
}
