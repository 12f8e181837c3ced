import { z } from 'zod';
import { known, read } from './key-meta';
import { flag, positive, text, whole } from './value-types';

export const INFERENCE_BACKENDS = [
  'embedded',
  'sglang',
  'vllm',
  'openai',
  'tinker',
  'weaver',
  'mock',
] as const;

const OPENAI = { backends: ['self_hosted'] } as const;
const REMOTE = { backends: ['tinker', 'weaver'] } as const;
const CLUSTER = { readers: ['launcher'], backends: ['self_hosted'] } as const;

const InferenceResource = known(
  z.looseObject({
    replicas: known(positive, { ...CLUSTER, meaning: 'Copies of the model that answer.', unit: 'replicas' }),
    gpus_per_replica: known(positive, { ...CLUSTER, meaning: 'GPUs of each copy.', unit: 'GPUs' }),
    backend: known(z.string(), {
      ...CLUSTER,
      meaning: 'Server that is started.',
      fallback: '"sglang"',
      inert: [{ because: 'sglang is started in any case', when: () => true }],
    }),
    extra_args: known(z.string(), {
      ...CLUSTER,
      meaning: 'Further arguments of the server.',
      fallback: '""',
      inert: [{ because: 'the server is started without them', when: () => true }],
    }),
  }),
  { ...CLUSTER, meaning: 'Machines of the inference service, when Galley starts it on a cluster.' },
);

const SERVER_KEYS = {
  model_path: known(z.string(), {
    meaning: 'Folder of the weights on the inference server.',
    readers: ['launcher', 'inference server'],
    ...OPENAI,
    examples: ['"${oc.env:NEXRL_MODEL_PATH}/Qwen/Qwen3-8B"'],
  }),
  mock_url: read(z.string().nullish(), {
    meaning:
      'Address of a mock service in another process, for tests and benchmarks; without it, the mock lives in the run process.',
    readers: ['inference client', 'training client'],
    isGalleys: true,
    inert: [
      {
        because: 'service.inference_service.backend is not mock',
        when: (config) => config.get('service.inference_service.backend') !== 'mock',
      },
    ],
  }),
  base_url: known(text, {
    meaning: 'Address of the server, without /v1.',
    readers: ['inference client'],
    ...OPENAI,
    examples: ['"${oc.env:INFERENCE_BASE_URL}"'],
  }),
  api_key: known(text, {
    meaning: 'Key that the server asks for.',
    readers: ['inference client'],
    ...OPENAI,
    examples: ['"EMPTY"'],
  }),
  max_retries: known(whole, {
    meaning: 'Attempts at a request; 0 never asks at all.',
    unit: 'attempts',
    readers: ['inference client'],
    ...OPENAI,
    examples: ['3'],
  }),
  weight_type: known(z.string(), {
    meaning: 'Format that is named to the server when weights are sent over the network.',
    readers: ['weight sync'],
    ...OPENAI,
    inert: [
      {
        because: 'weight.sync_method is not network',
        when: (config) => config.get('weight.sync_method') !== 'network',
      },
    ],
  }),
  parse_tool_call_arguments: known(flag, {
    meaning: 'Reads the JSON of tool arguments before the chat template sees them.',
    readers: ['inference client'],
    ...OPENAI,
    fallback: 'false',
  }),
};

export const InferenceService = read(
  z.looseObject({
    price_per_million_tokens: read(z.number().nonnegative().nullish(), {
      meaning:
        'What a million tokens cost you, in your currency; only the estimate before a launch reads it.',
      readers: ['checks'],
      examples: ['0.40'],
      isGalleys: true,
    }),
    backend: read(z.string(), {
      meaning: 'Kind of service that answers prompts; it decides the backend of the run.',
      readers: ['run process', 'inference client'],
      allowed: INFERENCE_BACKENDS,
      examples: ['sglang', 'tinker', 'embedded'],
    }),
    identifier: read(z.string().default('default'), {
      meaning: 'Name of the model; the training service that trains it carries the same one.',
      readers: ['weight sync', 'checks'],
      examples: ['"default"'],
    }),
    model: read(z.string().nullish(), {
      meaning: 'Model that is asked for: the served name, or the base model of Tinker and Weaver.',
      readers: ['inference client'],
      examples: ['"Qwen/Qwen3-8B"'],
    }),
    max_tokens: read(positive.nullish(), {
      meaning: 'Longest response that is asked for.',
      unit: 'tokens',
      readers: ['inference client', 'checks'],
      fallback: 'data.max_response_length',
      examples: ['${data.max_response_length}'],
    }),
    model_tag: known(z.string(), {
      meaning: 'Older name of identifier.',
      readers: ['weight sync'],
      renamedTo: 'service.inference_service.identifier',
    }),
    tokenizer: known(z.string(), {
      meaning: 'Tokenizer of the model.',
      readers: ['inference client'],
      backends: ['self_hosted', 'tinker', 'weaver'],
      fallback: 'service.inference_service.model',
      examples: ['${data.tokenizer_path}', 'null'],
    }),
    freeze_for_weight_sync: known(flag, {
      meaning: 'Waits with new requests while weights change.',
      readers: ['inference client'],
      backends: ['self_hosted', 'tinker', 'weaver'],
      fallback: 'true',
    }),
    ...SERVER_KEYS,
    tool_parser: known(z.string(), {
      meaning: 'How tool calls are found in a response.',
      readers: ['inference client'],
      ...REMOTE,
      fallback: '"qwen25"',
      allowed: [
        'qwen25',
        'qwen3_coder',
        'deepseekv3',
        'gpt-oss',
        'llama3',
        'mistral',
        'kimi_k2',
        'glm45',
        'hermes',
      ],
    }),
    reasoning_parser: known(z.string(), {
      meaning: 'How reasoning is told from the answer.',
      readers: ['inference client'],
      ...REMOTE,
      fallback: '"think_tag"',
      allowed: ['think_tag', 'qwen3', 'deepseek_r1', 'kimi', 'gpt-oss', 'glm45', 'minimax'],
    }),
    resource: InferenceResource,
  }),
  { meaning: 'Service that answers prompts.', readers: ['inference client'] },
);
