import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { applyEdits } from './edits/apply-edits';
import { compose } from './compose';
import type { Diagnostic } from './diagnostic';
import { fixEdits } from './fix-edits';
import { listVariants } from './list-variants';
import { checkRecipe, validate } from './validate';

const SHIPPED = Object.fromEntries(
  readdirSync('recipes', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => [file, readFileSync(path.join('recipes', file), 'utf8')]),
);
const ENV = {
  NEXRL_DATA_PATH: '/data',
  NEXRL_MODEL_PATH: '/models',
  EXPERIMENT_PATH: '/exp',
  INFERENCE_BASE_URL: 'http://localhost:8000',
  API_SERVER_URL: 'localhost',
  TINKER_API_KEY: { secret: true },
  WEAVER_API_KEY: { secret: true },
} as const;

function check(files: Readonly<Record<string, string>>, entry: string, overrides: readonly string[] = []) {
  return checkRecipe(compose({ files, entry, env: ENV, overrides }), { files, entry });
}

function fixed(files: Readonly<Record<string, string>>, diagnostic: Diagnostic | undefined) {
  const edits = diagnostic?.fix === undefined ? [] : fixEdits(diagnostic.fix, files);
  return Object.fromEntries(
    Object.entries(files).map(([file, text]) => [
      file,
      applyEdits(
        text,
        edits.filter((edit) => edit.file === file),
      ),
    ]),
  );
}

test.each(listVariants(SHIPPED))('%s, which ships, has neither errors nor warnings', (entry) => {
  const { diagnostics, passed } = check(SHIPPED, entry);
  const spoken = diagnostics.filter(({ severity }) => severity !== 'info');
  expect(spoken.map(({ message }) => message)).toEqual([]);
  expect(passed.length).toBeGreaterThan(8);
});

describe('a key that nobody knows', () => {
  const files = {
    ...SHIPPED,
    'arithmetic/tinker.yaml': (SHIPPED['arithmetic/tinker.yaml'] ?? '').replace(
      'prompt_key:',
      'promt_key: # asked in words\n   ',
    ),
  };

  test('is named with the nearest one, at its place, and renamed in its layer', () => {
    const source = {
      ...SHIPPED,
      'arithmetic/tinker.yaml': (SHIPPED['arithmetic/tinker.yaml'] ?? '').replace('prompt_key', 'promt_key'),
    };
    const { diagnostics } = check(source, 'arithmetic/tinker.yaml');
    const unknown = diagnostics.find(({ code }) => code === 'unknown-key');
    expect(unknown).toMatchObject({
      severity: 'warning',
      message: 'Unknown key data.promt_key: did you mean prompt_key?',
      path: 'data.promt_key',
      range: { file: 'arithmetic/tinker.yaml' },
    });
    expect(fixed(source, unknown)).toEqual(SHIPPED);
  });

  test('is no reason to say nothing of the others', () => {
    expect(check(files, 'arithmetic/tinker.yaml').passed.length).toBeGreaterThan(8);
  });
});

describe('places', () => {
  const shownBy = (files: Readonly<Record<string, string>>, found: Diagnostic | undefined) => {
    const { range } = found ?? {};
    if (range == null) return null;
    const text = files[range.file] ?? '';
    return `${range.file}:${text.slice(0, range.start).split('\n').length} ${text.slice(range.start, range.end)}`;
  };
  const entry = 'r/x.yaml';
  const only = (text: string) => ({ [entry]: `defaults: [_self_]\n${text}` });
  const at = (files: Readonly<Record<string, string>>, where: string) =>
    shownBy(
      files,
      check(files, entry).diagnostics.find(({ path: place }) => place === where),
    );

  test('an unknown key is pointed at itself, not at its value', () => {
    const files = only('data:\n  batchsize: 3\n');
    expect(at(files, 'data.batchsize')).toBe('r/x.yaml:3 batchsize');
  });

  test('an unknown section is pointed at its name', () => {
    const files = only('dataa:\n  deep:\n    deeper: 3\n');
    expect(at(files, 'dataa')).toBe('r/x.yaml:2 dataa');
  });

  test('a missing key is looked for in its section, in the variant first', () => {
    const files = only('data:\n  type: torch\ntrainer: {type: embedded_grpo}\n');
    expect(at(files, 'data.data_files')).toBe('r/x.yaml:2 data');
    expect(at(files, 'trainer.total_train_steps')).toBe('r/x.yaml:4 trainer');
  });

  test('a missing key below a key without a value is looked for there', () => {
    const files = only('trainer: {type: a, total_train_steps: 3}\nservice:\n  inference_service:\n');
    expect(at(files, 'service.inference_service')).toMatch(/^r\/x\.yaml:4 /);
  });

  test('a wrong value is pointed at where it was set, in whatever layer', () => {
    const files = {
      'r/common.yaml': 'data:\n  batch_size: many\n',
      [entry]: 'defaults: [common, _self_]\ndata:\n  type: torch\n',
    };
    expect(at(files, 'data.batch_size')).toBe('r/common.yaml:2 many');
  });

  test('keys in items of lists have places, and are renamed there', () => {
    const files = only('trainer:\n  teachers:\n    - base_modl: big # one\n');
    const found = check(files, entry).diagnostics.find(({ code }) => code === 'unknown-key');
    expect(shownBy(files, found)).toBe('r/x.yaml:4 base_modl');
    expect(fixed(files, found)[entry]).toContain('- base_model: big # one');
  });
});

test('a key in the wrong section is told where it belongs', () => {
  const files = {
    'r/x.yaml': 'defaults: [_self_]\ndata: {temperature: 1.0, rollouts: 3, agent_cls: x}\nalgorithm: {}\n',
  };
  const messages = check(files, 'r/x.yaml').diagnostics.map(({ message }) => message);
  expect(messages).toContain(
    'Unknown key data.agent_cls: nothing reads it here; rollout_worker.agent_cls has that name.',
  );
  expect(messages).toContain('Unknown key data.rollouts: nothing reads it.');
  expect(messages).toContain('Unknown key algorithm: it belongs under trainer.algorithm.');
});

test('names that JavaScript treats specially are names like any other', () => {
  const text =
    'defaults: [_self_]\n__proto__: {polluted: 1}\nservice: {train_service: {__proto__: {backend: http, model_tag: m}, constructor: {role: x}}}\nconstructor: {prototype: 1}\nresource: {train: {__proto__: {world_size: 1}}}\n';
  const files = { 'r/x.yaml': text };
  const { diagnostics } = check(files, 'r/x.yaml');
  expect(diagnostics.map(({ message }) => message)).toContain('Unknown key constructor: nothing reads it.');
  expect({}).not.toHaveProperty('polluted');
  expect({}).not.toHaveProperty('world_size');
  expect({}).not.toHaveProperty('backend');
});

test('a key without effect in this combination is named as such', () => {
  const overrides = ['+trainer.algorithm.kl_ctrl.kl_coef=0.001'];
  const idle = check(SHIPPED, 'arithmetic/self_hosted.yaml', overrides).diagnostics.find(
    ({ path: at }) => at === 'trainer.algorithm.kl_ctrl.kl_coef',
  );
  expect(idle).toMatchObject({ code: 'no-effect', severity: 'info' });
  expect(idle?.message).toContain('trainer.algorithm.use_kl_in_reward is off');
  const withKl = [...overrides, '+trainer.algorithm.use_kl_in_reward=true'];
  const paths = check(SHIPPED, 'arithmetic/self_hosted.yaml', withKl).diagnostics.map(({ path: at }) => at);
  expect(paths).not.toContain('trainer.algorithm.kl_ctrl.kl_coef');
});

test('a rule speaks with its numbers, and its fix mends the layer that set the value', () => {
  const files = {
    ...SHIPPED,
    'arithmetic/common.yaml': `${SHIPPED['arithmetic/common.yaml'] ?? ''}\ntrajectory_pool:\n  batch_size: 8 # small\n`,
  };
  const found = check(files, 'arithmetic/self_hosted.yaml').diagnostics.find(
    ({ code }) => code === 'pool-holds-batch',
  );
  expect(found).toMatchObject({
    severity: 'error',
    message: 'data.batch_size 64 is more than trajectory_pool.batch_size 8.',
    range: { file: 'arithmetic/common.yaml' },
  });
  const after = fixed(files, found);
  expect(after['arithmetic/common.yaml']).toContain('batch_size: 512 # small');
  expect(check(after, 'arithmetic/self_hosted.yaml').passed.map(({ id }) => id)).toContain(
    'pool-holds-batch',
  );
});

test('an error on one backend is a warning where nothing reads the key', () => {
  const overrides = ['+trajectory_pool.batch_size=8'];
  const severity = (entry: string) =>
    check(SHIPPED, entry, overrides).diagnostics.find(({ code }) => code === 'pool-holds-batch')?.severity;
  expect(severity('arithmetic/self_hosted.yaml')).toBe('error');
  expect(severity('arithmetic/embedded.yaml')).toBe('warning');
});

test('a value of the command line has no fix in a layer', () => {
  const [found] = check(SHIPPED, 'arithmetic/embedded.yaml', ['data.rollout_repeat_n=1']).diagnostics.filter(
    ({ code }) => code === 'group-has-signal',
  );
  expect(found).toMatchObject({ severity: 'warning', range: null });
  expect(found?.fix).toBeUndefined();
});

test('what cannot be resolved is reported once, and no rule guesses about it', () => {
  const files = SHIPPED;
  const entry = 'arithmetic/self_hosted.yaml';
  const composed = compose({ files, entry, env: {} });
  const found = validate(composed, { files, entry }).filter(({ severity }) => severity !== 'info');
  expect(found.map(({ message }) => message)).toEqual([]);
});

test('what does not compose is not checked', () => {
  const files = { 'a/self_hosted.yaml': 'defaults: [nowhere, _self_]\n' };
  expect(check(files, 'a/self_hosted.yaml')).toEqual({ diagnostics: [], passed: [] });
});

test.each([
  'a: 1',
  'service: 3',
  'data: []',
  'service: {train_service: x, inference_service: 4}',
  'trainer: {teachers: [1, {a: 2}]}',
])('any shape is answered, never thrown at: %s', (text) => {
  const files = { 'a/x.yaml': `defaults: [_self_]\n${text}\n` };
  expect(check(files, 'a/x.yaml').diagnostics.length).toBeGreaterThan(0);
});

test('a recipe of this size is checked within a millisecond', () => {
  const files = SHIPPED;
  const entry = 'arithmetic/self_hosted.yaml';
  const composed = compose({ files, entry, env: ENV });
  for (let i = 0; i < 200; i += 1) validate(composed, { files, entry });
  const start = performance.now();
  for (let i = 0; i < 100; i += 1) validate(composed, { files, entry });
  // a busy machine gets some room
  expect((performance.now() - start) / 100).toBeLessThan(5);
});
