import { type Finding, NOT_EMBEDDED, type Rule } from './rule';

const SEQUENCE = 'rollout_worker.max_sequence_length';
/** Of a prompt and of a response that no key bounds. */
const DEFAULT_LENGTH = 1024;
const DEFAULT_CONTEXT = 64;

export const LENGTH_RULES: readonly Rule[] = [
  {
    id: 'response-length-agrees',
    title: 'The service is asked for as many tokens as a response may have',
    reason:
      'The two numbers say the same thing to two parts; where they differ, responses are cut or refused.',
    severity: 'error',
    backends: NOT_EMBEDDED,
    check: ({ config }) => {
      const response = config.number('data.max_response_length');
      const tokens = config.number('service.inference_service.max_tokens');
      if (response === null || tokens === null) return null;
      if (response === tokens) return `${tokens} tokens`;
      return {
        path: 'service.inference_service.max_tokens',
        message: `service.inference_service.max_tokens ${tokens} differs from data.max_response_length ${response}.`,
        repair: {
          title: 'Take it from data.max_response_length',
          path: 'service.inference_service.max_tokens',
          set: '${data.max_response_length}',
        },
      };
    },
  },
  {
    id: 'sequence-length-set',
    title: 'The longest trajectory is set',
    reason: 'A worker cuts what is longer, and what is cut earns nothing.',
    severity: 'info',
    check: ({ config, backend }) => {
      if (backend === 'embedded') return null;
      const length = config.number(SEQUENCE);
      if (length !== null) return `${length} tokens`;
      const sum = sumOfLengths(config.number);
      return {
        path: SEQUENCE,
        message: `${SEQUENCE} is not set; prompt and response together are ${sum} tokens.`,
        repair: { title: `Set it to ${sum}`, path: SEQUENCE, set: String(sum), layer: 'variant' },
      };
    },
  },
  {
    id: 'sequence-holds-both',
    title: 'Prompt and response fit the sequence',
    reason: 'A trajectory longer than the sequence is cut, and a cut one earns nothing.',
    severity: 'error',
    backends: NOT_EMBEDDED,
    check: ({ config }) => {
      const limit = config.number(SEQUENCE);
      if (limit === null) return null;
      const prompt = promptLength(config.number);
      const response = responseLength(config.number);
      const sum = prompt + response;
      if (sum <= limit) return `${prompt} + ${response} = ${sum} ≤ ${limit}`;
      return {
        path: SEQUENCE,
        message: `data.max_prompt_length ${prompt} + response ${response} = ${sum} is more than ${SEQUENCE} ${limit}.`,
        repair: { title: `Use ${sum}`, path: SEQUENCE, set: String(sum) },
      };
    },
  },
  {
    id: 'filter-needs-tokenizer',
    title: 'The prompt filter can count tokens',
    reason: 'Prompts are measured in tokens, which needs the tokenizer of the model.',
    severity: 'error',
    backends: NOT_EMBEDDED,
    check: ({ config }) => {
      const filtering = ['data', 'validate.data'].filter((section) =>
        config.isTrue(`${section}.filter_prompts`),
      );
      if (filtering.length === 0) return null;
      const blind = filtering.filter((section) => (config.text(`${section}.tokenizer_path`) ?? '') === '');
      if (blind.length === 0) return filtering.join(' and ');
      return blind.map((section): Finding => ({
        path: `${section}.filter_prompts`,
        message: `${section}.filter_prompts is on and ${section}.tokenizer_path is not set.`,
        repair: { title: 'Turn the filter off', path: `${section}.filter_prompts`, set: 'false' },
      }));
    },
  },
  {
    id: 'worker-response-agrees',
    title: 'Worker and loader mean the same response length',
    reason: 'One number sizes the sequence, the other is asked of the service.',
    severity: 'warning',
    check: ({ config }) => {
      const path = 'data.max_response_length';
      const worker = config.number('rollout_worker.max_response_length');
      const loader = config.number(path);
      if (worker === null || loader === null) return null;
      if (worker === loader) return `${worker} tokens`;
      return {
        path,
        message: `${path} ${loader} differs from rollout_worker.max_response_length ${worker}.`,
        repair: {
          title: 'Take it from rollout_worker.max_response_length',
          path,
          set: '${rollout_worker.max_response_length}',
        },
      };
    },
  },
  {
    id: 'context-holds-response',
    title: 'The context of the embedded model has room for a response',
    reason: 'Prompt and response share the context; a response ends where the context does.',
    severity: 'warning',
    check: ({ config, backend }) => {
      if (backend !== 'embedded') return null;
      const path = 'service.embedded_service.model.context';
      const context = config.number(path) ?? DEFAULT_CONTEXT;
      const response =
        config.number('service.inference_service.max_tokens') ??
        config.number('data.max_response_length') ??
        DEFAULT_LENGTH;
      if (response < context) return `${response} of ${context} tokens`;
      return {
        path,
        message: `A response may have ${response} tokens and ${path} is ${context}: with any prompt before it, it is cut.`,
      };
    },
  },
  {
    id: 'attention-heads-fit',
    title: 'The heads of the embedded model fit its width',
    reason: 'Its kernels work on eight numbers at a time, so the width of a head is a multiple of 8.',
    severity: 'error',
    check: ({ config, backend }) => {
      if (backend !== 'embedded') return null;
      const model = 'service.embedded_service.model';
      const width = config.number(`${model}.width`) ?? 64;
      const heads = config.number(`${model}.heads`) ?? 4;
      if (heads > 0 && width % (heads * 8) === 0) return `${width} / ${heads} = ${width / heads}`;
      const fitting = [8, 4, 2, 1].find((count) => count < heads && width % (count * 8) === 0) ?? 1;
      return {
        path: `${model}.heads`,
        message: `${model}.width ${width} divided by ${heads} heads is ${Number((width / heads).toFixed(2))}, which is not a multiple of 8.`,
        repair: { title: `Use ${fitting} heads`, path: `${model}.heads`, set: String(fitting) },
      };
    },
  },
];

type ReadNumber = (path: string) => number | null;

function responseLength(number: ReadNumber): number {
  return number('rollout_worker.max_response_length') ?? number('data.max_response_length') ?? DEFAULT_LENGTH;
}

function promptLength(number: ReadNumber): number {
  return number('data.max_prompt_length') ?? DEFAULT_LENGTH;
}

function sumOfLengths(number: ReadNumber): number {
  return promptLength(number) + responseLength(number);
}
