import { z } from 'zod';
import { known, read } from './key-meta';
import { files, flag, positive, whole } from './value-types';

const isMock = {
  because: 'the mock loader makes up its own prompts',
  when: (config: { get: (path: string) => unknown }, section: string) =>
    config.get(`${section}.type`) === 'mock',
};
const notFiltering = {
  because: 'filter_prompts is off',
  when: (config: { isTrue: (path: string) => boolean }, section: string) =>
    !config.isTrue(`${section}.filter_prompts`),
};

const noValidation = {
  because: 'nothing is validated (validate.eval.validate_freq is 0 and validate.validate_before_train off)',
  when: (config: { isTrue: (path: string) => boolean; number: (path: string) => number | null }) =>
    !config.isTrue('validate.validate_before_train') &&
    (config.number('validate.eval.validate_freq') ?? 0) <= 0,
};

const FILTER_KEYS = {
  filter_prompts: read(flag.default(false), {
    meaning: 'Drops rows whose prompt is longer than max_prompt_length before the run starts.',
    readers: ['data loader'],
  }),
  tokenizer_path: read(z.string().nullish(), {
    meaning:
      'Tokenizer that counts the tokens of prompts; a folder, or a name on Hugging Face that is in the local cache.',
    readers: ['data loader'],
    examples: ['"${oc.env:NEXRL_MODEL_PATH}/Qwen/Qwen3-8B"', '${service.inference_service.model}'],
  }),
};

export const Data = read(
  z.looseObject({
    type: read(z.enum(['torch', 'mock']).default('torch'), {
      meaning: 'Reads rows from files, or makes up prompts to try the plumbing.',
      readers: ['run process', 'data loader'],
    }),
    seed: read(whole.default(42), {
      meaning: 'The one seed of a run: data order, initial weights, warm start and sampling follow from it.',
      readers: ['run process', 'data loader'],
      examples: ['42'],
    }),
    data_files: read(files, {
      meaning: 'Files with one task per row, read in this order; Parquet, JSON lines or CSV by their ending.',
      readers: ['data loader'],
      examples: ['["data/train.parquet"]', '["${oc.env:NEXRL_DATA_PATH}/math/train.parquet"]'],
      inert: [isMock],
    }),
    batch_size: read(positive.default(32), {
      meaning: 'Prompts per step.',
      unit: 'prompts',
      readers: ['data loader', 'checks'],
      examples: ['32', '64'],
    }),
    keep_batch_order: known(flag, {
      meaning: 'Holds the next batch back until the weights of the last one are in use.',
      readers: ['data loader', 'checks'],
      fallback: 'true with the sync modes sync and batch-async, false with fully-async',
    }),
    rollout_repeat_n: read(positive.default(1), {
      meaning: 'Rollouts per prompt, the size of a GRPO group.',
      unit: 'rollouts',
      readers: ['data loader'],
      examples: ['8', '16'],
    }),
    prompt_key: read(z.string().default('prompt'), {
      meaning: 'Column with the prompt.',
      readers: ['data loader', 'rollout worker'],
      examples: ['"prompt"', '"question"'],
    }),
    ...FILTER_KEYS,
    max_prompt_length: read(positive.default(1024), {
      meaning: 'Longest prompt.',
      unit: 'tokens',
      readers: ['data loader', 'checks'],
      examples: ['4096'],
    }),
    max_response_length: read(positive.default(1024), {
      meaning: 'Longest response; the inference service is asked for as many.',
      unit: 'tokens',
      readers: ['checks', 'inference client'],
      examples: ['8192', '${rollout_worker.max_response_length}'],
    }),
    shuffle: read(flag.default(false), {
      meaning: 'Takes the rows in an order drawn from the seed.',
      readers: ['data loader'],
    }),
    drop_last: read(flag.default(false), {
      meaning: 'Leaves out the last batch when it is not full.',
      readers: ['data loader'],
    }),
    epochs: read(positive.nullish(), {
      meaning:
        'Passes over the data after which the run ends; without it the data come round until total_train_steps.',
      unit: 'passes',
      readers: ['data loader', 'run process'],
      examples: ['1'],
      isGalleys: true,
    }),
    mock_api_type: known(z.enum(['completion', 'generate']), {
      meaning: 'Whether made-up prompts are texts or lists of messages.',
      readers: ['data loader'],
      fallback: 'completion',
      inert: [{ because: 'data.type is not mock', when: (config) => config.get('data.type') !== 'mock' }],
    }),
  }),
  { meaning: 'Where the tasks of training come from.', readers: ['data loader'] },
);

/** An empty list stands for no file: older recipes carry one while validation is off. */
const validationFiles = z.union([
  z
    .array(z.never())
    .max(0)
    .transform(() => null),
  files,
]);

export const ValidationData = read(
  z
    .looseObject({
      type: known(z.enum(['torch', 'mock']), {
        meaning: 'Reads rows from files, or makes up prompts.',
        readers: ['validation'],
        fallback: 'torch',
      }),
      data_files: read(validationFiles.nullish(), {
        meaning: 'Files of the tasks that are held out from training.',
        readers: ['validation'],
        examples: ['["data/test.parquet"]'],
        inert: [isMock, noValidation],
      }),
      batch_size: read(positive.nullish(), {
        meaning:
          'Prompts of a batch of held-out tasks; it matters to drop_last alone, since all batches are answered.',
        unit: 'prompts',
        readers: ['validation'],
        examples: ['256'],
      }),
      seed: read(whole.nullish(), {
        meaning: 'Order of the rows, and so which ones drop_last leaves out; the same in every validation.',
        readers: ['validation'],
        fallback: 'data.seed',
        examples: ['${data.seed}'],
        inert: [
          {
            because: 'validate.data.shuffle is off',
            when: (config) => !config.isTrue('validate.data.shuffle'),
          },
        ],
      }),
      prompt_key: read(z.string().nullish(), {
        meaning: 'Column with the prompt.',
        readers: ['validation'],
        fallback: 'data.prompt_key',
      }),
      ...FILTER_KEYS,
      max_prompt_length: read(positive.nullish(), {
        meaning: 'Longest prompt that passes the filter.',
        unit: 'tokens',
        readers: ['validation'],
        fallback: 'data.max_prompt_length',
        inert: [notFiltering],
      }),
      max_rows: read(positive.nullish(), {
        meaning: 'Only the first so many rows are held-out tasks.',
        unit: 'rows',
        readers: ['validation'],
        examples: ['200'],
        isGalleys: true,
        inert: [noValidation],
      }),
      shuffle: read(flag.default(false), {
        meaning: 'Takes the rows in an order drawn from the seed.',
        readers: ['validation'],
      }),
      drop_last: read(flag.default(false), {
        meaning: 'Leaves out the last batch when it is not full.',
        readers: ['validation'],
      }),
    })
    .nullish(),
  { meaning: 'Where the held-out tasks come from.', readers: ['validation'] },
);

export const Validate = read(
  z
    .looseObject({
      validate_before_train: read(flag.default(false), {
        meaning: 'Answers the held-out tasks once before the first step.',
        readers: ['validation'],
      }),
      temperature: read(z.number().nonnegative().default(0), {
        meaning: 'Sampling temperature of a validation; 0 takes the likeliest token each time.',
        readers: ['validation'],
        isGalleys: true,
        inert: [noValidation],
      }),
      top_p: read(z.number().positive().max(1).default(1), {
        meaning:
          'A validation draws from the likeliest tokens that have this share of the probability; 1 draws from all. The embedded model takes 1 alone.',
        readers: ['validation'],
        examples: ['0.95'],
        isGalleys: true,
        inert: [noValidation],
      }),
      samples: read(positive.default(1), {
        meaning:
          'Answers to every held-out task. With 2 or more, val/pass_at_k says how likely one of k is right; they differ only at a temperature above 0.',
        unit: 'answers',
        readers: ['validation'],
        examples: ['8'],
        isGalleys: true,
        inert: [noValidation],
      }),
      max_tokens: read(positive.nullish(), {
        meaning: 'Longest answer of a validation.',
        unit: 'tokens',
        readers: ['validation'],
        fallback: 'that of training',
        isGalleys: true,
        inert: [noValidation],
      }),
      data: ValidationData,
      eval: read(
        z
          .looseObject({
            type: known(z.enum(['default']), { meaning: 'Kind of validation.', readers: ['validation'] }),
            validate_freq: read(whole.nonnegative().default(0), {
              meaning: 'Steps between two validations; 0 turns them off.',
              unit: 'steps',
              readers: ['validation', 'weight sync'],
              examples: ['50'],
            }),
          })
          .nullish(),
        { meaning: 'When the held-out tasks are answered.', readers: ['validation'] },
      ),
    })
    .nullish(),
  { meaning: 'How a run is measured on tasks that it does not train on.', readers: ['validation'] },
);
