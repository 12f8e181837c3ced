import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Substitution } from '@/lib/domain/rehearsal';
import { segmentsOf } from '@/lib/recipes/config-view';
import { rehearseConfig } from './rehearse-config';
import { RehearsalScale } from './rehearsal-scale';

const SCALE = RehearsalScale.parse({});

function rehearsed(config: unknown, scale = SCALE) {
  const outcome = rehearseConfig(config, scale);
  if (!outcome.ok) throw new Error(outcome.error);
  return outcome.value;
}

const TINKER = {
  data: { batch_size: 64, rollout_repeat_n: 8, max_prompt_length: 256, max_response_length: 64 },
  trainer: { type: 'remote_api_grpo', total_train_steps: 200 },
  service: {
    inference_service: { backend: 'tinker', model: 'Qwen/Qwen3-8B', max_tokens: 64 },
    tinker_service: { base_url: null, api_key: { $secret: 'TINKER_API_KEY' }, lora_rank: 32 },
    train_service: { main_actor: { role: 'actor', backend: 'tinker', config: { learning_rate: 4e-5 } } },
  },
  validate: { data: { data_files: ['data/test.parquet'] } },
};

const whole = fc.integer({ min: 1, max: 5000 });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const text = fc.constantFrom('a', 'Qwen/Qwen3-8B', '', '/models/x');

/** Configurations with and without each key that a rehearsal looks at, and with keys that it must leave alone. */
const configs = fc.record({
  project_name: text,
  data: fc.record(
    {
      seed: whole,
      batch_size: whole,
      rollout_repeat_n: whole,
      max_prompt_length: whole,
      max_response_length: whole,
      tokenizer_path: fc.option(text),
      data_files: fc.array(text, { maxLength: 2 }),
    },
    { requiredKeys: [] },
  ),
  rollout_worker: fc.record({ type: fc.constantFrom('simple', 'nexau'), num_workers: whole }),
  trainer: fc.record(
    {
      total_train_steps: whole,
      save_freq: whole,
      warm_start: fc.record({ max_updates: whole, until_exact: fc.double() }, { requiredKeys: [] }),
    },
    { requiredKeys: ['total_train_steps'] },
  ),
  stages: maybe(fc.array(fc.record({ name: text, steps: whole }), { maxLength: 4 })),
  service: fc.record({
    inference_service: fc.record(
      {
        backend: fc.constantFrom('embedded', 'tinker', 'sglang', 'vllm'),
        model: text,
        max_tokens: whole,
        tokenizer: text,
      },
      { requiredKeys: ['backend'] },
    ),
    tinker_service: maybe(fc.record({ base_url: fc.option(text), lora_rank: whole }, { requiredKeys: [] })),
    train_service: fc.dictionary(text, fc.record({ backend: text, learning_rate: fc.double() })),
  }),
  validate: maybe(
    fc.record(
      {
        data: fc.record(
          { data_files: fc.array(text, { maxLength: 2 }), max_prompt_length: whole, tokenizer_path: text },
          { requiredKeys: [] },
        ),
        max_tokens: whole,
        samples: whole,
      },
      { requiredKeys: [] },
    ),
  ),
  logger: maybe(fc.record({ backend: fc.constantFrom('wandb', ['console', 'wandb'], 'console', null) })),
  resume: maybe(fc.record({ mode: fc.constantFrom('disable', 'from_path'), resume_path: text })),
});

/** The original, with exactly what the substitutions say. */
function replay(original: unknown, substitutions: readonly Substitution[]): unknown {
  const config: unknown = structuredClone(original);
  for (const { key, to } of substitutions) {
    const parts = segmentsOf(key);
    let at = config;
    for (const part of parts.slice(0, -1)) {
      if (!isRecord(at)) throw new Error(`${key} leads nowhere`);
      at = at[part] ??= {};
    }
    if (!isRecord(at)) throw new Error(`${key} leads nowhere`);
    at[parts.at(-1) ?? ''] = to;
  }
  return config;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

describe('substitutions', () => {
  test('are every difference between the recipe and what is rehearsed, and nothing else', () => {
    fc.assert(
      fc.property(configs, (config) => {
        const before = structuredClone(config);
        const outcome = rehearsed(config);
        expect(config).toEqual(before);
        expect(replay(config, outcome.substitutions)).toEqual(outcome.config);
      }),
    );
  });

  test('name each key once, with a value that it had and another one', () => {
    fc.assert(
      fc.property(configs, (config) => {
        const { substitutions } = rehearsed(config);
        expect(new Set(substitutions.map(({ key }) => key)).size).toBe(substitutions.length);
        for (const { from, to, reason } of substitutions) {
          expect(from).not.toEqual(to);
          expect(reason).not.toBe('');
        }
      }),
    );
  });

  test('rehearsing what was rehearsed changes nothing more', () => {
    fc.assert(
      fc.property(configs, (config) => {
        const once = rehearsed(config);
        expect(rehearsed(once.config).substitutions).toEqual([]);
      }),
    );
  });

  test('never make a plan larger', () => {
    const scale = RehearsalScale.parse({ steps: 50, batchSize: 16, rollouts: 8 });
    fc.assert(
      fc.property(configs, (config) => {
        const { substitutions } = rehearsed(config, scale);
        const larger = substitutions.filter(
          ({ key, from, to }) =>
            typeof from === 'number' &&
            Number(to) > from &&
            !key.endsWith('max_prompt_length') &&
            !key.includes('total_train_steps'),
        );
        expect(larger).toEqual([]);
      }),
    );
  });
});

describe('a Tinker variant', () => {
  test('is rehearsed without its key, its address and its model, on a short plan', () => {
    const { config, substitutions, protocol } = rehearsed(TINKER);
    expect(protocol).toBe('Tinker');
    expect(JSON.stringify(config)).not.toContain('TINKER_API_KEY');
    expect(Object.fromEntries(substitutions.map(({ key, to }) => [key, to]))).toEqual({
      'trainer.total_train_steps': 4,
      'data.batch_size': 8,
      'data.rollout_repeat_n': 4,
      'validate.data.max_rows': 16,
      'service.tinker_service.base_url': 'http://127.0.0.1',
      'service.tinker_service.api_key': 'rehearsal',
      'service.inference_service.model': 'galley/embedded-small',
      'data.tokenizer_path': 'galley/bytes',
      'data.filter_prompts': true,
      'data.max_prompt_length': 448,
      'validate.data.filter_prompts': true,
      'runtime_monitor.service_outage.max_wait': 60,
    });
  });

  test('with lengths that the small model does not hold gets the long one, and shorter answers', () => {
    const data = { ...TINKER.data, max_prompt_length: 4096, max_response_length: 8192 };
    const service = {
      ...TINKER.service,
      inference_service: { ...TINKER.service.inference_service, max_tokens: 8192 },
    };
    const { substitutions } = rehearsed({ ...TINKER, data, service });
    const to = Object.fromEntries(substitutions.map((each) => [each.key, each.to]));
    expect(to).toMatchObject({
      'service.inference_service.model': 'galley/embedded-long',
      'data.max_response_length': 64,
      'service.inference_service.max_tokens': 64,
      'data.max_prompt_length': 1984,
    });
  });
});

test('stages are all rehearsed, and their steps are the run’s', () => {
  const stages = [
    { name: 'a', steps: 100 },
    { name: 'b', steps: 1 },
    { name: 'c', steps: 50 },
  ];
  const trainer = { total_train_steps: 151 };
  const { config } = rehearsed({ ...TINKER, trainer, stages }, { ...SCALE, steps: 6 });
  expect(config).toMatchObject({
    trainer: { total_train_steps: 5 },
    stages: [{ steps: 2 }, { steps: 1 }, { steps: 2 }],
  });
});

test('a Weaver variant is rehearsed over its own protocol, without its key', () => {
  const { tinker_service: account, ...rest } = TINKER.service;
  const key = { $secret: 'WEAVER_API_KEY' };
  const inference = { ...rest.inference_service, backend: 'weaver' };
  const service = { ...rest, inference_service: inference, weaver_service: { ...account, api_key: key } };
  const { config, protocol } = rehearsed({ ...TINKER, service });
  expect(protocol).toBe('Weaver');
  expect(JSON.stringify(config)).not.toContain('WEAVER_API_KEY');
});

test('mock services are not rehearsed', () => {
  const on = (backend: string) => rehearseConfig({ service: { inference_service: { backend } } }, SCALE);
  expect(on('mock')).toMatchObject({ ok: false });
});
