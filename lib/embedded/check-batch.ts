import type { Datum, LossSpec } from '@/lib/rl/datum';
import { Refusal } from './refusal';
import type { Tokenizer } from './tokenizer';

/** Refuses what the learner's kernels must never see. */
export function checkBatch(
  batch: readonly Datum[],
  { context, tokenizer }: { readonly context: number; readonly tokenizer: Tokenizer },
): void {
  if (batch.length === 0) throw new Refusal('invalid_request', 'The batch is empty');
  batch.forEach(({ tokens }, index) => {
    if (tokens.length < 1 || tokens.length > context) {
      const message = `Sequence ${index} has ${tokens.length} tokens; the model takes 1 to ${context} (service.embedded_service.model.context)`;
      throw new Refusal('invalid_request', message);
    }
    const wrong = tokens.find((token) => token < 0 || token >= tokenizer.vocabulary.length);
    if (wrong !== undefined) {
      const message = `Sequence ${index} holds token ${wrong}, but the vocabulary has ${tokenizer.vocabulary.length}`;
      throw new Refusal('invalid_request', message);
    }
  });
}

/** Refuses a batch that lacks what the loss needs. */
export function checkColumns(batch: readonly Datum[], loss: LossSpec): void {
  const unreferenced = batch.findIndex((datum) => datum.referenceLogprobs === undefined);
  if (loss.kl !== undefined && unreferenced >= 0) {
    const message = `Sequence ${unreferenced} has no logprobs of the reference model, which the KL term needs`;
    throw new Refusal('invalid_request', message);
  }
  if (loss.kind === 'cross_entropy') return;
  const missing = batch.findIndex((datum) => datum.logprobs === undefined || datum.advantages === undefined);
  if (missing < 0) return;
  const message = `Sequence ${missing} has no logprobs or no advantages, which the loss ${loss.kind} needs`;
  throw new Refusal('invalid_request', message);
}
