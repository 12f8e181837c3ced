import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type GalleyOnDisk, galleyOnDisk } from '@/lib/testing/galley-on-disk';
import { findPython } from '@/scripts/find-python.mjs';

// The examples of the recipe-development guide, word for word, through the command line and real processes.
vi.setConfig({ testTimeout: 120_000 });
afterEach(() => vi.unstubAllEnvs());

const python = await findPython();
const FIXTURES = 'lib/cli/fixtures/seed';
const example = (name: string): Promise<string> =>
  readFile(path.join(FIXTURES, 'agent_workspace', name), 'utf8');

/** What the guide leaves to its reader: a model of a few weights, two steps. */
const TINY = `
defaults: [embedded, _self_]
data: { batch_size: 4, rollout_repeat_n: 2, max_prompt_length: 120 }
rollout_worker: { num_workers: 4 }
trainer: { total_train_steps: 2, save_freq: 0, warm_start: { enabled: false } }
validate: { validate_before_train: false, eval: { validate_freq: 0 } }
service: { embedded_service: { model: { width: 16, layers: 1, heads: 2, context: 160 }, threads: 1 } }
`;

async function setUp() {
  const place = await galleyOnDisk({ python });
  const recipe = path.join(place.env.recipesDir, 'my_task');
  await cp('recipes/my_task', recipe, { recursive: true });
  await cp(FIXTURES, recipe, { recursive: true });
  const write = (name: string, text: string) => writeFile(path.join(recipe, name), text);
  await write('tiny.yaml', TINY);
  return { ...place, recipe, write };
}

async function expectSuccess(galley: GalleyOnDisk['galley'], ...args: readonly string[]): Promise<void> {
  expect(await galley('run', ...args)).toMatchObject({ code: 0 });
}

test('the configuration for local testing runs as it is written', async () => {
  vi.stubEnv('NEXRL_MODEL_PATH', '/path/to/models');
  const { galley, recipe, newest } = await setUp();
  // "data/small_test.parquet" lies in the recipe's folder
  await cp(path.join(recipe, 'data/test.parquet'), path.join(recipe, 'data/small_test.parquet'));
  const checked = await galley('check', 'my_task/test_config.yaml');
  expect(checked.said).toContain('0 errors, 0 warnings');
  await expectSuccess(galley, 'my_task/test_config.yaml');
  const { run, rollouts } = await newest();
  expect(run).toMatchObject({ status: 'succeeded', step: 5, backend: 'self_hosted' });
  expect(rollouts).toHaveLength(4 * 8);
  expect(new Set(rollouts.map(({ row }) => row.reward))).toEqual(new Set([0, 1]));
});

test('shards are read one after the other, and the variable is read as the fix says', async () => {
  const { galley, env, recipe, write, newest } = await setUp();
  const data = path.join(env.root, 'shards/my_task');
  await mkdir(data, { recursive: true });
  for (const shard of [1, 2, 3])
    await cp(path.join(recipe, 'data/test.parquet'), path.join(data, `shard_00${shard}.parquet`));
  vi.stubEnv('NEXRL_DATA_PATH', path.dirname(data));
  const files = ['001', '002', '003'].map(
    (name) => `    - "\${NEXRL_DATA_PATH}/my_task/shard_${name}.parquet"\n`,
  );
  const layer = `defaults: [tiny, _self_]\ndata:\n  data_files:\n${files.join('')}`;
  await write('shards.yaml', layer);
  const { code, said } = await galley('check', 'my_task/shards.yaml');
  expect(code).toBe(1);
  expect(said).toContain('fix: Read the environment variable: ${oc.env:NEXRL_DATA_PATH}');
  await write('shards.yaml', layer.replaceAll('${NEXRL', '${oc.env:NEXRL'));
  await expectSuccess(galley, 'my_task/shards.yaml');
  expect((await newest()).run.step).toBe(2);
});

describe.skipIf(python === null)('in Python', () => {
  test('both evaluators score', async () => {
    const { galley, write, recipe, newest } = await setUp();
    const guide = await readFile(path.join(recipe, 'agent_workspace/evaluator.py'), 'utf8');
    await write('agent_workspace/evaluator.py', guide + (await example('fuzzy_evaluator.py')));
    const named = 'rollout_worker.evaluator_module_path=agent_workspace';
    await expectSuccess(galley, 'my_task/tiny.yaml', `${named}/evaluator.py:MyTaskEvaluator`);
    const exact = await newest();
    expect(Object.keys(exact.rollouts[0]?.body.metrics ?? {})).toEqual(['exact_match', 'answer_length']);
    const arg = '+rollout_worker.evaluator_args={threshold: 0.0}';
    await expectSuccess(galley, 'my_task/tiny.yaml', `${named}/evaluator.py:FuzzyMatchEvaluator`, arg);
    const fuzzy = await newest();
    expect(Object.keys(fuzzy.rollouts[0]?.body.metrics ?? {})).toEqual(['similarity', 'exact_match']);
    expect(fuzzy.rollouts.every(({ row }) => row.reward === 1)).toBe(true);
    // alone, as the guide shows it, it lacks its imports
    const alone = await galley('run', 'my_task/tiny.yaml', `${named}/fuzzy_evaluator.py:FuzzyMatchEvaluator`);
    expect(alone.code).toBe(2);
    expect(alone.said).toContain('Add to the file: from nexrl.rollout_worker import Evaluator');
  });

  test('both workers say what is asked and what is trained on', async () => {
    const { galley, write, newest } = await setUp();
    const query = await example('query_worker.py');
    await write('agent_workspace/mask_worker.py', query + (await example('mask_worker.py')));
    const worker = (file: string) => [
      `+rollout_worker.custom_rollout_worker_module_path=agent_workspace/${file}`,
      '+rollout_worker.custom_rollout_worker_class_name=MyTaskWorker',
    ];
    await expectSuccess(galley, 'my_task/tiny.yaml', ...worker('query_worker.py'));
    const [first] = (await newest()).rollouts;
    expect(first?.body.sequences[0]?.tokenTexts.join('')).toMatch(
      /^Context: \n\nQuestion: .*\n\nPlease provide your answer:/,
    );
    await expectSuccess(galley, 'my_task/tiny.yaml', ...worker('mask_worker.py'));
    const masked = (await newest()).rollouts[0];
    expect(masked?.body.sequences[0]?.lossMask.at(-1)).toBe(1);
  });

  test("the evaluator's unit test passes in the recipe's own Python", async () => {
    const { galley, write } = await setUp();
    const imports =
      'from agent_workspace.evaluator import MyTaskEvaluator\nfrom nexrl.rollout_worker import BaseEvaluationTarget\n';
    await write('test_evaluator.py', `${imports}${await example('test_evaluator.py')}\ntest_evaluator()\n`);
    expect((await galley('python', 'my_task', 'test_evaluator.py')).code).toBe(0);
    expect((await galley('python', 'my_task', '-c', 'assert False')).code).toBe(1);
  });
});
