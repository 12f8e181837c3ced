import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { findPython } from '@/scripts/find-python.mjs';
import { buildProcessBundles } from '@/lib/testing/process-bundles';
import { testFolder } from '@/lib/testing/test-folder';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { EvaluatorHost } from './evaluator-host';
import { locateEvaluator } from './locate-evaluator';
import { type EvaluatorSettings, openEvaluatorHost } from './open-evaluator-host';

// Every language through the one door, with real processes.
vi.setConfig({ testTimeout: 60_000 });

const python = await findPython();
const pythonTest = test.skipIf(python === null);
const MY_TASK = fileURLToPath(new URL('../../recipes/my_task', import.meta.url));

let root = '';
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'galley-root-'));
  await buildProcessBundles(root);
  return () => rm(root, { recursive: true, force: true });
}, 60_000);

const hosts: EvaluatorHost[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
});

type Opening = {
  readonly folder: string;
  readonly onLog?: (line: string) => void;
} & Partial<EvaluatorSettings>;

async function open(
  evaluator: string,
  { folder, onLog = () => undefined, ...settings }: Opening,
): Promise<EvaluatorHost> {
  const host = await openEvaluatorHost(await locateEvaluator(evaluator, [folder]), {
    env: { root, python },
    settings: {
      evaluator_args: {},
      evaluator_timeout: 10,
      evaluator_processes: 1,
      evaluator_threads: 1,
      ...settings,
    },
    recipeFolder: folder,
    onLog,
    childPath: path.join(root, '.galley-build/lib/evaluators/evaluator-child.mjs'),
    environment: { NODE_ENV: 'test', PATH: '/usr/bin:/bin', JUDGE_KEY: 'sk-secret-1' },
    secrets: [{ name: 'JUDGE_KEY', value: 'sk-secret-1' }],
  });
  hosts.push(host);
  return host;
}

type Rest = { readonly data?: Record<string, unknown>; readonly isTruncated?: boolean };

const scored = (host: EvaluatorHost, finalAnswer: string, { data = {}, isTruncated = false }: Rest = {}) =>
  host.evaluate({ data, target: { finalAnswer, isTruncated } }, new AbortController().signal);

const score = (host: EvaluatorHost, finalAnswer: string, data: Record<string, unknown> = {}) =>
  scored(host, finalAnswer, { data });

async function recipeOf(evaluator: string): Promise<string> {
  const folder = await testFolder();
  await mkdir(path.join(folder, 'agent_workspace'));
  await writeFile(path.join(folder, 'agent_workspace/evaluator.py'), evaluator);
  return folder;
}

const IMPORTS =
  'from nexrl.rollout_worker import Evaluator, BaseEvaluationTarget, EvaluationRunResult, BaseNexAURolloutWorker\n';

pythonTest('my_task’s evaluators in TypeScript and Python say the same', async () => {
  const typescript = await open('agent_workspace/evaluator.ts:MyTaskEvaluator', { folder: MY_TASK });
  const pythons = await open('agent_workspace/evaluator.py:MyTaskEvaluator', { folder: MY_TASK });
  const cases = ['4', ' 4\n', '5', '', 'four', 'vierzig'].flatMap((answer) => [
    [answer, '4'] as const,
    [answer, ' four '] as const,
  ]);
  for (const [answer, truth] of cases) {
    const result = await score(pythons, answer, { answer: truth });
    expect(result).toMatchObject({ ok: true });
    expect(result).toEqual(await score(typescript, answer, { answer: truth }));
  }
});

pythonTest(
  'evaluator_args are keywords of the constructor, and what it imports is found beside it',
  async () => {
    const folder = await recipeOf(
      `${IMPORTS}from difflib import SequenceMatcher\nfrom words import clean\nclass Fuzzy(Evaluator):\n    def __init__(self, threshold: float = 0.8):\n        self.threshold = threshold\n    def evaluate(self, data, evaluation_target):\n        ratio = SequenceMatcher(None, clean(evaluation_target.final_answer), clean(data["answer"])).ratio()\n        return EvaluationRunResult(reward=1.0 if ratio >= self.threshold else 0.0, ground_truth=data["answer"], metrics={"similarity": ratio, "threshold": self.threshold})\n`,
    );
    await writeFile(
      path.join(folder, 'agent_workspace/words.py'),
      'def clean(text):\n    return text.lower().strip()\n',
    );
    const named = 'agent_workspace/evaluator.py:Fuzzy';
    const strict = await open(named, { folder, evaluator_args: { threshold: 0.99 } });
    expect(await score(strict, 'colour', { answer: 'Color' })).toMatchObject({
      reward: 0,
      metrics: { threshold: 0.99 },
    });
    const usual = await open(named, { folder });
    const builtin = await open('builtin:fuzzy_match', { folder });
    const similar = await score(usual, 'colour', { answer: 'Color' });
    expect(similar).toMatchObject({ ok: true, reward: 1, metrics: { threshold: 0.8 } });
    const own = await score(builtin, 'colour', { answer: 'Color' });
    expect(own.ok && similar.ok && own.metrics['similarity'] === similar.metrics['similarity']).toBe(true);
    await expect(open(named, { folder, evaluator_args: { treshold: 1 } })).rejects.toThrow(
      "unexpected keyword argument 'treshold'",
    );
  },
);

const RETURNING = `${IMPORTS}
from decimal import Decimal
class Item:
    def __init__(self, value): self.value = value
    def item(self): return self.value
RESULTS = {
    "fine": lambda: EvaluationRunResult(reward=True, metrics={"a": Decimal("0.5"), "b": Item(0.25), "c": 3}, extra_info={"set": {1}, "nan": float("nan"), "thing": object}),
    "nan": lambda: EvaluationRunResult(reward=float("nan")),
    "text": lambda: EvaluationRunResult(reward="1"),
    "metric": lambda: EvaluationRunResult(reward=1.0, metrics={"f1": float("inf")}),
    "list": lambda: EvaluationRunResult(reward=1.0, metrics={"per_word": [1.0, 2.0]}),
    "null": lambda: EvaluationRunResult(reward=1.0, metrics={"recall": None}),
    "none": lambda: None,
    "number": lambda: 0.5,
    "raise": lambda: {}["key"],
}
class Returning(Evaluator):
    def evaluate(self, data, evaluation_target):
        print("scoring", data["kind"])
        return RESULTS[data["kind"]]()
`;

pythonTest('scalars of any kind are metrics; what is none names its key', async () => {
  const lines: string[] = [];
  const folder = await recipeOf(RETURNING);
  const host = await open('agent_workspace/evaluator.py:Returning', {
    folder,
    onLog: (line) => lines.push(line),
  });
  const of = (kind: string) => score(host, '', { kind });
  expect(await of('fine')).toEqual({
    ok: true,
    reward: 1,
    groundTruth: '',
    metrics: { a: 0.5, b: 0.25, c: 3 },
    extraInfo: { set: [1], nan: 'nan', thing: "<class 'object'>" },
  });
  const subject = 'Returning in agent_workspace/evaluator.py';
  const messages = {
    nan: `${subject} returned reward nan; a reward must be a finite number.`,
    text: `${subject} returned reward '1'; a reward must be a finite number.`,
    metric: `${subject} returned metric f1 = inf; a metric must be a finite number.`,
    list: `${subject} returned metric per_word = [1.0, 2.0]; a metric must be a finite number.`,
    null: `${subject} returned metric recall = None; a metric must be a finite number.`,
    none: `${subject} returned None; evaluate must return EvaluationRunResult(reward=…).`,
    number: `${subject} returned 0.5; evaluate must return EvaluationRunResult(reward=…).`,
    raise: `${subject} raised KeyError: 'key' at evaluator.py:16`,
  };
  for (const [kind, message] of Object.entries(messages))
    expect(await of(kind)).toEqual({ ok: false, message });
  expect(lines).toContain('scoring fine');
});

pythonTest(
  'the base class scores the exact text of ground_truth, and says when an answer was cut',
  async () => {
    const folder = await recipeOf(
      `${IMPORTS}class Base(Evaluator):\n    def evaluate(self, data, evaluation_target):\n        result = super().evaluate(data, evaluation_target)\n        result.extra_info = {"cut": evaluation_target.is_truncated, "seen": evaluation_target.observation}\n        return result\n`,
    );
    const host = await open('agent_workspace/evaluator.py:Base', { folder });
    expect(await scored(host, 'a', { data: { ground_truth: 'a' }, isTruncated: true })).toMatchObject({
      reward: 1,
      groundTruth: 'a',
      extraInfo: { cut: true, seen: [] },
    });
    expect(await score(host, 'b', { ground_truth: 'a' })).toMatchObject({ reward: 0 });
  },
);

pythonTest('an asynchronous evaluator runs its calls side by side', async () => {
  const folder = await recipeOf(
    `${IMPORTS}import asyncio\nseen = []\nclass Meeting(Evaluator):\n    async def evaluate(self, data, evaluation_target):\n        seen.append(1)\n        while len(seen) < 20: await asyncio.sleep(0.01)\n        return EvaluationRunResult(reward=1.0)\n`,
  );
  const host = await open('agent_workspace/evaluator.py:Meeting', { folder });
  const results = await Promise.all(Array.from({ length: 20 }, () => score(host, '')));
  expect(results.every(({ ok }) => ok)).toBe(true);
});

pythonTest('an installed nexrl takes the place of the one that ships', async () => {
  const folder = await recipeOf(
    'from nexrl.rollout_worker import Evaluator, EvaluationRunResult, origin\nclass Which(Evaluator):\n    def evaluate(self, data, evaluation_target):\n        return EvaluationRunResult(reward=1.0, ground_truth=f"{origin} {evaluation_target.is_truncated}")\n',
  );
  await mkdir(path.join(folder, 'nexrl'));
  await writeFile(path.join(folder, 'nexrl/__init__.py'), '');
  // the form of an older release, whose targets know of no truncation
  await writeFile(
    path.join(folder, 'nexrl/rollout_worker.py'),
    'from dataclasses import dataclass, field\norigin = "installed"\nclass Evaluator: pass\n@dataclass\nclass BaseEvaluationTarget:\n    final_answer: str\n@dataclass\nclass NexAUEvaluationTarget(BaseEvaluationTarget):\n    observation: list\n@dataclass\nclass EvaluationRunResult:\n    reward: float = 0.0\n    ground_truth: str = ""\n    metrics: dict = field(default_factory=dict)\n    extra_info: dict = field(default_factory=dict)\n',
  );
  const host = await open('agent_workspace/evaluator.py:Which', { folder });
  expect(await scored(host, '', { isTruncated: true })).toMatchObject({
    ok: true,
    groundTruth: 'installed True',
  });
});

pythonTest('no secret of its environment comes back from an evaluator', async () => {
  const lines: string[] = [];
  const folder = await recipeOf(
    `${IMPORTS}import os\nclass Telling(Evaluator):\n    def evaluate(self, data, evaluation_target):\n        key = os.environ["JUDGE_KEY"]\n        print("the key is", key)\n        if data: raise ValueError(key)\n        return EvaluationRunResult(reward=1.0, ground_truth=key, extra_info={"keys": [key], key: {"key": key}})\n`,
  );
  const host = await open('agent_workspace/evaluator.py:Telling', {
    folder,
    onLog: (line) => lines.push(line),
  });
  const results = [await score(host, ''), await score(host, '', { fail: true })];
  expect(results).toMatchObject([{ ok: true, groundTruth: '***' }, { ok: false }]);
  expect(lines).toContain('the key is ***');
  expect(JSON.stringify([results, lines])).not.toContain('sk-secret');
});

test('a built-in evaluator needs no file', async () => {
  const host = await open('builtin:exact_match', { folder: MY_TASK });
  expect(await score(host, '4', { answer: '4' })).toMatchObject({ reward: 1, metrics: { exact_match: 1 } });
  expect(await score(host, '4', { question: '?' })).toEqual({
    ok: false,
    message:
      'builtin:exact_match: The row has no right answer in reward_model.ground_truth, ground_truth, answer. It has question; name the column with evaluator_args.answer_key.',
  });
  const math = await open('builtin:math', { folder: MY_TASK });
  expect(await score(math, '\\boxed{\\frac{1}{2}}', { answer: '0.5' })).toMatchObject({ reward: 1 });
});

test('what cannot be an evaluator is refused with what to write', async () => {
  const refusal = (named: string) => open(named, { folder: MY_TASK });
  await expect(refusal('builtin:exact_mach')).rejects.toThrow('Did you mean builtin:exact_match?');
  await expect(refusal('evaluator.rb:Thing')).rejects.toThrow('neither TypeScript, JavaScript nor Python');
  await expect(refusal('nowhere.py:Thing')).rejects.toThrow('there is no such file');
  await expect(
    open('builtin:fuzzy_match', { folder: MY_TASK, evaluator_args: { threshold: 'high' } }),
  ).rejects.toThrow('builtin:fuzzy_match cannot use its evaluator_args. threshold: ');
});
