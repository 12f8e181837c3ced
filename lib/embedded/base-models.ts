import { BYTES_TOKENIZER } from '@/lib/tokenizers/byte-vocabulary';
import type { ModelShape } from './model/learner';
import { Refusal } from './refusal';

/** A model that clients may ask for by name. Its weights are drawn at random from the seed: it has learned nothing yet. */
export type BaseModel = { readonly name: string; readonly shape: ModelShape; readonly seed: number };

/** What all of them read and write: one token per byte, see `lib/tokenizers/byte-vocabulary.ts`. */
export const TOKENIZER_ID = BYTES_TOKENIZER;
export const ARCHITECTURE = 'galley-embedded-decoder';

const SEED = 1;
const TINY = { modelWidth: 32, layers: 2, heads: 2, context: 64 };
const SMALL = { modelWidth: 64, layers: 3, heads: 4, context: 512 };
const LONG = { modelWidth: 32, layers: 2, heads: 2, context: 2048 };

const OWN: readonly BaseModel[] = [
  { name: 'galley/embedded-tiny', shape: TINY, seed: SEED },
  { name: 'galley/embedded-small', shape: SMALL, seed: SEED },
  { name: 'galley/embedded-long', shape: LONG, seed: SEED },
];

export type BaseModels = {
  readonly list: readonly BaseModel[];
  /** Throws a `Refusal` for a name that is not known. */
  find(name: string): BaseModel;
};

/** Further names are answered by the small model: stand-ins for models that only the real service has. */
export function createBaseModels(standIns: readonly string[]): BaseModels {
  const list = [...OWN, ...standIns.map((name) => ({ name, shape: SMALL, seed: SEED }))];
  return {
    list,
    find(name) {
      const found = list.find((model) => model.name === name);
      if (found !== undefined) return found;
      const known = list.map((model) => model.name).join(', ');
      throw new Refusal(
        'unknown_base_model',
        `There is no base model ${name} here; there are ${known}. To let the embedded model stand in for another, start the service with --stand-in ${name}.`,
      );
    },
  };
}
