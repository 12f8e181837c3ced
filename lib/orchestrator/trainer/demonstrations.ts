import type { DataRow } from '@/lib/datasets/dataset';
import type { Datum } from '@/lib/rl/datum';
import type { InferenceService } from '@/lib/services/inference-service';
import type { Tokenizer } from '@/lib/tokenizers/tokenizer';
import type { RolloutTask } from '../rollout/rollout';
import type { RolloutWorker } from '../rollout/workers/worker';

export type Demonstrator = {
  /**
   * A demonstration as sequences to imitate. The worker itself runs, tools included, and the model's part is read from
   * the script: so the tokens around the model's own are those of every later rollout.
   */
  demonstrate(row: DataRow, prompt: string, turns: readonly string[]): Promise<readonly Datum[]>;
  /** Does the model itself, sampled at temperature 1, come to the script's last word? */
  isExact(
    row: DataRow,
    prompt: string,
    expected: { readonly turns: readonly string[]; readonly seed: number },
  ): Promise<boolean>;
};

export type DemonstratorParts = {
  readonly workerFor: (inference: InferenceService) => RolloutWorker;
  readonly inference: InferenceService;
  readonly tokenizer: Tokenizer;
};

export function createDemonstrator(parts: DemonstratorParts, signal: AbortSignal): Demonstrator {
  const real = parts.workerFor(parts.inference);
  return {
    demonstrate: async (row, prompt, turns) => {
      const worker = parts.workerFor(scripted(parts, turns));
      const { sequences } = await worker.run(taskOf(row, prompt, 0), signal);
      return sequences.map(({ tokens, lossMask }) => {
        const weights = Float32Array.from(lossMask);
        // the first token of a sequence is never predicted
        if (weights.length > 0) weights[0] = 0;
        return { tokens: Int32Array.from(tokens), weights };
      });
    },
    isExact: async (row, prompt, { turns, seed }) => {
      const { finalAnswer, isTruncated } = await real.run(taskOf(row, prompt, seed), signal);
      return !isTruncated && finalAnswer === turns.at(-1);
    },
  };
}

function taskOf(row: DataRow, text: string, seed: number): RolloutTask {
  const place = { step: 0, validation: false, prompt: 0, sample: 0, group: 'warm-start' };
  return { ...place, text, data: row, seed, temperature: 1 };
}

/** A model that says its lines; after the last one it has nothing more to say. */
function scripted({ inference, tokenizer }: DemonstratorParts, turns: readonly string[]): InferenceService {
  const lines = turns.values();
  return {
    ...inference,
    generate: (request) => {
      const text = lines.next().value ?? '';
      const promptTokens = request.promptTokens ?? tokenizer.encode(request.prompt);
      const tokens = [...tokenizer.encode(text), ...tokenizer.eosTokenIds.slice(0, 1)];
      return Promise.resolve({
        promptTokens,
        tokens,
        logprobs: tokens.map(() => 0),
        tokenTexts: [...promptTokens, ...tokens].map(() => ''),
        text,
        stopReason: 'stop',
        weightVersion: 0,
      });
    },
  };
}
