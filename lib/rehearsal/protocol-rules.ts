import type { Backend } from '@/lib/domain/run';
import { isMap } from '@/lib/recipes/config-view';
import { valueAt } from '@/lib/recipes/value-at';
import { BYTES_TOKENIZER } from '@/lib/tokenizers/byte-vocabulary';
import type { Change } from './substitution';

/** What a rehearsal of a backend's variants puts in the place of what is not on this machine. */
export type ProtocolRules = {
  /** As people call it. */
  readonly protocol: string;
  readonly changes: (config: unknown) => readonly Change[];
};

/** The models that the embedded service offers to clients of other protocols; see `base-models.ts` there. */
const MODELS = {
  short: { name: 'galley/embedded-small', context: 512 },
  long: { name: 'galley/embedded-long', context: 2048 },
} as const;
/** Longest response where the recipe's own lengths do not fit. */
const RESPONSE_TOKENS = 64;
/** Told by the service when it is opened: it is there for one run, and its port changes. */
const ADDRESS = 'http://127.0.0.1';
const KEY = 'rehearsal';

/** A service with an account, which `service.<key>` holds. */
function account(protocol: string, key: string): ProtocolRules {
  return {
    protocol,
    changes: (config) => [
      {
        path: ['service', key, 'base_url'],
        to: ADDRESS,
        reason: `The embedded service answers on this machine in the place of ${protocol}.`,
      },
      { path: ['service', key, 'api_key'], to: KEY, reason: 'Your key is not read.' },
      ...standInModel(config),
    ],
  };
}

/** Backends that can be rehearsed, each over its own protocol. */
export const PROTOCOL_RULES: Readonly<Partial<Record<Backend, ProtocolRules>>> = {
  embedded: { protocol: 'the embedded service’s own', changes: () => [] },
  tinker: account('Tinker', 'tinker_service'),
  weaver: account('Weaver', 'weaver_service'),
};

/** The embedded model under its name, its tokens, and lengths that it holds. */
function standInModel(config: unknown): readonly Change[] {
  const prompt = numberAt(config, ['data', 'max_prompt_length']) ?? DEFAULT_LENGTH;
  const response =
    numberAt(config, ['service', 'inference_service', 'max_tokens']) ??
    numberAt(config, ['data', 'max_response_length']) ??
    DEFAULT_LENGTH;
  const isShort = prompt + response <= MODELS.short.context && !isAgent(config);
  const model = isShort ? MODELS.short : MODELS.long;
  return [
    {
      path: ['service', 'inference_service', 'model'],
      to: model.name,
      reason: 'The embedded model stands in for it; it has learned nothing.',
    },
    ...tokenizers(config),
    ...lengths(config, { context: model.context, response }),
  ];
}

const DEFAULT_LENGTH = 1024;

function isAgent(config: unknown): boolean {
  const worker = valueAt(config, ['rollout_worker']);
  return (
    isMap(worker) &&
    (worker['type'] === 'nexau' || (worker['custom_rollout_worker_module_path'] ?? null) !== null)
  );
}

function tokenizers(config: unknown): readonly Change[] {
  const reason = 'The embedded model reads bytes.';
  const own: Change = { path: ['data', 'tokenizer_path'], to: BYTES_TOKENIZER, reason };
  const others = [
    ['validate', 'data', 'tokenizer_path'],
    ['service', 'inference_service', 'tokenizer'],
    ['rollout_worker', 'tokenizer'],
  ].filter((path) => (valueAt(config, path) ?? null) !== null);
  return [own, ...others.map((path) => ({ path, to: BYTES_TOKENIZER, reason }))];
}

function lengths(
  config: unknown,
  { context, response }: { readonly context: number; readonly response: number },
): readonly Change[] {
  const shorter = Math.min(response, RESPONSE_TOKENS);
  const kept = response + shorter <= context ? response : shorter;
  const limit = context - kept;
  const fits = `The embedded model holds ${context} bytes, prompt and response together.`;
  const left = 'Prompts that the embedded model cannot hold are left out.';
  const answers = [
    ['data', 'max_response_length'],
    ['service', 'inference_service', 'max_tokens'],
    ['validate', 'max_tokens'],
  ].flatMap((path, index): readonly Change[] => {
    const value = numberAt(config, path);
    // the first has a default that is more than the model holds
    const isTooLong = value === null ? index === 0 && kept < DEFAULT_LENGTH : value > kept;
    return isTooLong ? [{ path, to: kept, reason: fits }] : [];
  });
  const held = isMap(valueAt(config, ['validate', 'data']));
  return [
    ...answers,
    { path: ['data', 'filter_prompts'], to: true, reason: left },
    { path: ['data', 'max_prompt_length'], to: limit, reason: `Counted in bytes. ${fits}` },
    ...(held ? [{ path: ['validate', 'data', 'filter_prompts'], to: true, reason: left }] : []),
    ...(numberAt(config, ['validate', 'data', 'max_prompt_length']) === null
      ? []
      : [
          { path: ['validate', 'data', 'max_prompt_length'], to: limit, reason: `Counted in bytes. ${fits}` },
        ]),
  ];
}

function numberAt(config: unknown, path: readonly string[]): number | null {
  const value = valueAt(config, path);
  return typeof value === 'number' ? value : null;
}
