import { z } from 'zod';
import { known, read } from './key-meta';
import { InferenceService } from './inference-keys';
import { TrainService } from './train-service-keys';
import { positive, text } from './value-types';

const remote = (name: 'Tinker' | 'Weaver') => {
  const backends = [name === 'Tinker' ? 'tinker' : 'weaver'] as const;
  const prefix = name.toUpperCase();
  return {
    base_url: known(text, {
      meaning: `Address of ${name}; ${prefix}_BASE_URL of the environment wins.`,
      readers: ['inference client', 'training client'],
      backends,
      examples: ['null'],
    }),
    api_key: known(text, {
      meaning: `Key of your account; ${prefix}_API_KEY of the environment wins.`,
      readers: ['inference client', 'training client'],
      backends,
      examples: [`"\${oc.env:${prefix}_API_KEY}"`],
    }),
    lora_rank: known(positive, {
      meaning: 'Rank of the LoRA matrices that are trained.',
      readers: ['training client'],
      backends,
      fallback: '32',
    }),
  };
};

const EmbeddedModel = read(
  z.looseObject({
    width: read(positive.multipleOf(8).default(64), {
      meaning: 'Width of the model.',
      unit: 'channels',
      readers: ['embedded service'],
      backends: ['embedded'],
      isGalleys: true,
    }),
    layers: read(positive.default(2), {
      meaning: 'Layers of the model.',
      unit: 'layers',
      readers: ['embedded service'],
      backends: ['embedded'],
      isGalleys: true,
    }),
    heads: read(positive.default(4), {
      meaning: 'Attention heads; the width of one is a multiple of 8.',
      unit: 'heads',
      readers: ['embedded service'],
      backends: ['embedded'],
      isGalleys: true,
    }),
    context: read(positive.multipleOf(8).default(64), {
      meaning: 'Longest prompt and response together.',
      unit: 'tokens',
      readers: ['embedded service', 'checks'],
      backends: ['embedded'],
      isGalleys: true,
    }),
  }),
  {
    meaning: 'Shape of the embedded model.',
    readers: ['embedded service'],
    backends: ['embedded'],
    isGalleys: true,
  },
);

const EmbeddedService = read(
  z
    .looseObject({
      model: EmbeddedModel,
      threads: read(positive.optional(), {
        meaning: 'Threads that compute.',
        unit: 'threads',
        readers: ['embedded service'],
        backends: ['embedded'],
        fallback: 'one per processor, at most four',
        isGalleys: true,
      }),
    })
    .nullish(),
  {
    meaning: 'The model that comes with Galley.',
    readers: ['embedded service'],
    backends: ['embedded'],
    isGalleys: true,
  },
);

export const Service = read(
  z.looseObject({
    inference_service: InferenceService,
    train_service: read(z.record(z.string(), TrainService), {
      meaning: 'Training services by name; one of them is the actor.',
      readers: ['training client'],
    }),
    tinker_service: known(z.looseObject(remote('Tinker')), {
      meaning: 'Your account with Tinker.',
      readers: ['inference client', 'training client'],
      backends: ['tinker'],
    }),
    weaver_service: known(
      z.looseObject({
        ...remote('Weaver'),
        lora_rank: known(positive, {
          meaning: 'Rank of the LoRA matrices that are trained.',
          readers: ['training client'],
          backends: ['weaver'],
          fallback: '32',
          inert: [
            {
              because: 'service.weaver_service.training_mode is full_ft',
              when: (config) => config.get('service.weaver_service.training_mode') === 'full_ft',
            },
          ],
        }),
        training_mode: known(z.enum(['lora', 'full_ft']), {
          meaning: 'Trains LoRA matrices, or all weights.',
          readers: ['training client'],
          backends: ['weaver'],
          fallback: 'lora',
        }),
      }),
      {
        meaning: 'Your account with Weaver.',
        readers: ['inference client', 'training client'],
        backends: ['weaver'],
      },
    ),
    embedded_service: EmbeddedService,
  }),
  { meaning: 'Services that answer prompts and train the model.', readers: ['run process'] },
);
