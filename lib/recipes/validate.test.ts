import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { applyEdits } from './edits/apply-edits';
import { compose } from './compose';
import type { Diagnostic } from './diagnostic';
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
  const edits = diagnostic?.fix?.edits ?? [];
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

test('a key without effect in this combination is named as such', () => {
  const overrides = ['+trainer.algorithm.kl_ctrl.kl_coef=0.001'];
  const idle = check(SHIPPED, 'arithmetic/self_hosted.yaml', overrides).diagnostics.find(
    ({ path: at }) => at === 'trainer.algorithm.kl_ctrl.kl_coef',
  );
  expect(idle).toMatchObject({ code: 'no-effect', severity: 'info' });
  expect(idle?.message).toContain('both KL switches are off');
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
