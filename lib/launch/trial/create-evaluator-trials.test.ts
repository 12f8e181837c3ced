import { appendFile, cp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, test, vi } from 'vitest';
import { readEnv } from '@/lib/env';
import { findPython } from '@/scripts/find-python.mjs';
import { createRecipeFiles, type RecipeFiles } from '@/lib/recipe-files/recipe-files';
import { matching } from '@/lib/testing/matching';
import { bundledRoot } from '@/lib/testing/process-bundles';
import { readCases, removeCase, saveCase } from './case-file';
import { createEvaluatorTrials, type EvaluatorTrials } from './create-evaluator-trials';

// The shipped recipe, its real evaluator in its real process.
vi.setConfig({ testTimeout: 30_000 });

const RECIPES = fileURLToPath(new URL('../../../recipes', import.meta.url));
const REQUEST = { entry: 'pig_latin/embedded.yaml', overrides: [] };

const python = await findPython();
const pythonTest = test.skipIf(python === null);

const root = bundledRoot();
let recipes: string;
let recipeFiles: RecipeFiles;
let trials: EvaluatorTrials;

beforeEach(async () => {
  recipes = path.join(root(), 'recipes');
  await rm(recipes, { recursive: true, force: true });
  await cp(path.join(RECIPES, 'pig_latin'), path.join(recipes, 'pig_latin'), { recursive: true });
  await rm(path.join(recipes, 'pig_latin/evaluator_cases.jsonl'), { force: true });
  recipeFiles = createRecipeFiles(recipes);
  trials = createEvaluatorTrials({
    env: readEnv({ GALLEY_ROOT: root(), ...(python === null ? {} : { GALLEY_PYTHON: python }) }),
    recipeFiles,
  });
});

async function editEvaluator(from: string, to: string): Promise<void> {
  const file = path.join(recipes, 'pig_latin/agent_workspace/evaluator.ts');
  const text = await readFile(file, 'utf8');
  expect(text).toContain(from);
  await writeFile(file, text.replace(from, to));
}

async function rightAnswer() {
  const { row, answer } = await trials.row({ ...REQUEST, from: 'training', index: 3 });
  return { data: row, target: { finalAnswer: answer, isTruncated: false } };
}

test('the right answer of a row is scored in full, a wrong one is not', async () => {
  const input = await rightAnswer();
  const right = await trials.run(REQUEST, input);
  expect(right.evaluation).toMatchObject({ ok: true, reward: 1, metrics: { exact_match: 1 } });
  const wrong = await trials.run(REQUEST, { ...input, target: { finalAnswer: 'zzz', isTruncated: false } });
  expect(wrong.evaluation).toMatchObject({ ok: true, metrics: { exact_match: 0 } });
});

test('rows are those of the file that is asked for, and none past its end', async () => {
  const { count } = await trials.row({ ...REQUEST, from: 'validation', index: 0 });
  await expect(trials.row({ ...REQUEST, from: 'validation', index: count })).rejects.toThrow(
    `validate.data.data_files has rows 0 to ${count - 1}`,
  );
});

test('what it prints and where it throws come back', async () => {
  await editEvaluator(
    '    const answer = target.finalAnswer',
    "    console.log('looking at', target.finalAnswer);\n    if (target.finalAnswer === 'boom') throw new Error('no such word');\n    const answer = target.finalAnswer",
  );
  const input = await rightAnswer();
  const trial = await trials.run(REQUEST, { ...input, target: { finalAnswer: 'boom', isTruncated: false } });
  expect(trial.printed).toEqual(['looking at boom']);
  expect(trial.evaluation).toMatchObject({ ok: false, message: matching(/no such word/) });
  const line = (await readFile(path.join(recipes, 'pig_latin/agent_workspace/evaluator.ts'), 'utf8'))
    .split('\n')
    .findIndex((text) => text.includes('no such word'));
  expect(trial.place).toEqual({ file: 'pig_latin/agent_workspace/evaluator.ts', line: line + 1 });
});

test('an evaluator that does not compile is refused with its file', async () => {
  await editEvaluator('export class', 'export klass');
  await expect(trials.run(REQUEST, await rightAnswer())).rejects.toThrow(/evaluator\.ts does not compile/);
});

test('saved cases pass until the evaluator says something else', async () => {
  const input = await rightAnswer();
  await saveCase(recipeFiles, 'pig_latin', {
    ...input,
    name: 'right',
    expect: { reward: 1, metrics: { exact_match: 1 } },
  });
  const before = await trials.test('pig_latin', [REQUEST.entry]);
  expect(before).toMatchObject([
    { variants: ['embedded'], refusal: null, results: [{ name: 'right', differences: [] }] },
  ]);
  await editEvaluator('reward: isExact ? 1 : partial', 'reward: isExact ? 0.9 : partial');
  const [after] = await trials.test('pig_latin', [REQUEST.entry]);
  expect(after?.results[0]?.differences).toEqual(['reward is 0.9, expected 1']);
});

pythonTest('an evaluator in Python is tried as one in TypeScript is', async () => {
  await writeFile(
    path.join(recipes, 'pig_latin/python.yaml'),
    'defaults: [embedded, _self_]\nrollout_worker:\n  evaluator_module_path: agent_workspace/evaluator.py:PigLatin\n  evaluator_args: { full: 0.5 }\n',
  );
  await writeFile(
    path.join(recipes, 'pig_latin/agent_workspace/evaluator.py'),
    'from nexrl.rollout_worker import Evaluator, EvaluationRunResult\nclass PigLatin(Evaluator):\n    def __init__(self, full):\n        self.full = full\n    def evaluate(self, data, evaluation_target):\n        print("looking at", evaluation_target.final_answer)\n        if evaluation_target.final_answer == "boom":\n            raise ValueError("no such word")\n        return EvaluationRunResult(reward=self.full * (evaluation_target.final_answer == data["answer"]))\n',
  );
  const request = { ...REQUEST, entry: 'pig_latin/python.yaml' };
  const input = await rightAnswer();
  const right = await trials.run(request, input);
  expect(right).toMatchObject({ evaluation: { ok: true, reward: 0.5 } });
  expect(right.printed).toEqual([`looking at ${input.target.finalAnswer}`]);
  const wrong = await trials.run(request, { ...input, target: { finalAnswer: 'boom', isTruncated: false } });
  expect(wrong).toMatchObject({
    evaluation: { ok: false, message: matching(/ValueError: no such word/) },
    place: { file: 'pig_latin/agent_workspace/evaluator.py', line: 8 },
  });
  await saveCase(recipeFiles, 'pig_latin', { ...input, name: 'right', expect: { reward: 0.5, metrics: {} } });
  expect(await trials.test('pig_latin', [request.entry])).toMatchObject([
    { refusal: null, results: [{ name: 'right', differences: [] }] },
  ]);
});

test('a case replaces the one of its name, and can be taken out', async () => {
  const input = await rightAnswer();
  const one = { ...input, name: 'one', expect: { reward: 1, metrics: {} } };
  await saveCase(recipeFiles, 'pig_latin', one);
  await saveCase(recipeFiles, 'pig_latin', { ...one, name: 'two' });
  await saveCase(recipeFiles, 'pig_latin', { ...one, expect: { reward: 0.5, metrics: {} } });
  expect(
    (await readCases(recipeFiles, 'pig_latin')).map(({ name, expect: { reward } }) => [name, reward]),
  ).toEqual([
    ['one', 0.5],
    ['two', 1],
  ]);
  expect((await removeCase(recipeFiles, 'pig_latin', 'one')).map(({ name }) => name)).toEqual(['two']);
});

test('a line that is no case is named, and nothing is written over it', async () => {
  await appendFile(path.join(recipes, 'pig_latin/evaluator_cases.jsonl'), '{"name": "half"\n');
  const input = await rightAnswer();
  await expect(
    saveCase(recipeFiles, 'pig_latin', { ...input, name: 'new', expect: { reward: 1, metrics: {} } }),
  ).rejects.toThrow('pig_latin/evaluator_cases.jsonl:1 is not a case');
  expect(await readFile(path.join(recipes, 'pig_latin/evaluator_cases.jsonl'), 'utf8')).toBe(
    '{"name": "half"\n',
  );
});
