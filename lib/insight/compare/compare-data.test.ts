import { expect, test } from 'vitest';
import { metricInfo } from '@/lib/domain/metric-info';
import { alignColumns, averageColumns } from './align';
import { comparabilityOf } from './comparability';
import { groupRuns, type GroupableRun } from './group-runs';
import { isIgnored } from './ignore-keys';
import { pairPrompts } from './pair-prompts';
import { toCsv } from './to-csv';

test('runs are grouped by what they are, or by any key of their config', () => {
  const runs = [aRun(1, 7, 0.1), aRun(2, 8, 0.1), aRun(3, 7, 0.2)];
  expect(groupRuns(runs, '').map(({ runs: ids }) => ids)).toEqual([[1], [2], [3]]);
  expect(groupRuns(runs, 'seed')).toEqual([
    { id: '7', title: 'seed 7', runs: [1, 3] },
    { id: '8', title: 'seed 8', runs: [2] },
  ]);
  expect(groupRuns(runs, 'trainer.rate').map(({ id }) => id)).toEqual(['0.1', '0.2']);
  expect(groupRuns(runs, 'no.such')).toEqual([{ id: 'not set', title: 'no.such not set', runs: [1, 2, 3] }]);
});

test('a metric that backends compute differently is not the same number', () => {
  const settings = (['embedded', 'self_hosted'] as const).map((backend) => ({
    recipe: 'r',
    backend,
    config: {},
  }));
  expect(comparabilityOf(metricInfo('critic/grpo_std/mean'), settings).badge).toBe('Not the same number');
  expect(comparabilityOf(metricInfo('training/entropy'), settings).badge).toBe('Not the same number');
  expect(comparabilityOf(metricInfo('rollout/reward_mean'), settings).badge).toBe('Comparable');
});

test('rewards of different evaluators, and lengths of different models, are compared with care', () => {
  const scoredBy = (evaluator_module_path: string) =>
    ({ recipe: 'r', backend: 'embedded', config: { rollout_worker: { evaluator_module_path } } }) as const;
  const reward = metricInfo('rollout/reward_mean');
  expect(comparabilityOf(reward, [scoredBy('a.ts:A'), scoredBy('b.ts:B')])).toMatchObject({
    badge: 'With care',
    tone: 'warning',
  });
  expect(comparabilityOf(reward, [scoredBy('a.ts:A'), scoredBy('a.ts:A')]).badge).toBe('Comparable');
  const elsewhere = { ...scoredBy('a.ts:A'), recipe: 'another' };
  expect(comparabilityOf(reward, [scoredBy('a.ts:A'), elsewhere]).badge).toBe('With care');
  const model = (name: string) =>
    ({
      recipe: 'r',
      backend: 'tinker',
      config: { service: { inference_service: { model: name } } },
    }) as const;
  expect(comparabilityOf(metricInfo('response_length/mean'), [model('x'), model('y')]).badge).toBe(
    'With care',
  );
});

test('names and places are ignored, and what the reader names, with all below it', () => {
  expect(isIgnored('experiment_name', [])).toBe(true);
  expect(isIgnored('trainer.checkpoint_path', [])).toBe(true);
  expect(isIgnored('trainer.total_train_steps', [])).toBe(false);
  expect(isIgnored('trainer.total_train_steps', ['trainer'])).toBe(true);
  expect(isIgnored('data.data_files[0]', ['data.data_files'])).toBe(true);
  expect(isIgnored('trainers.x', ['trainer'])).toBe(false);
});

test('a curve is laid along tokens or time', () => {
  const columns = columnsOf([0, 1, 4], [0.1, 0.2, 0.3]);
  const tokens = columnsOf([0, 1, 2, 3, 4], [100, 200, 300, 400, 500]);
  const context = { tokens, startedAt: 1000 };
  expect(alignColumns(columns, 'tokens', context)?.step).toEqual([100, 200, 500]);
  expect(alignColumns(columns, 'time', context)?.step).toEqual([1, 2, 5]);
  expect(alignColumns(columns, 'step', context)).toBe(columns);
  expect(alignColumns(columns, 'tokens', { tokens: null, startedAt: 0 })).toBeNull();
});

test('a group is drawn as its mean with the least and the greatest as band, as far as all its runs reach', () => {
  const mean = averageColumns([
    columnsOf([0, 10, 20], [1, 3, 5]),
    columnsOf([0, 5, 10, 15, 30], [3, 4, 5, 6, 9]),
  ]);
  expect(mean).toMatchObject({
    step: [0, 5, 10, 15, 20],
    mean: [2, 3, 4, 5, 6],
    min: [1, 2, 3, 4, 5],
    max: [3, 4, 5, 6, 7],
    count: [2, 2, 2, 2, 2],
  });
  expect(averageColumns([columnsOf([0, 1], [1, 1]), columnsOf([5, 6], [2, 2])]).step).toEqual([]);
});

test('prompts are paired by row and words, by words, or by rows of the same file', () => {
  const run = (prompts: readonly string[], from = 0) =>
    prompts.map((prompt, row) => ({ group: `task-${row + from}`, prompt, mean: row, count: 2 }));
  const words = ['a', 'b', 'c', 'd', 'e', 'f'];
  expect(pairPrompts([run(words), run(words)], true).by).toBe('row-and-words');
  const moved = pairPrompts([run(words), run(words.toReversed(), 10)], false);
  expect(moved.by).toBe('words');
  expect(moved.scores[1]?.get('f')).toBe(0);
  const reworded = run(words.map((word) => `Say ${word}`));
  expect(pairPrompts([run(words), reworded], true).by).toBe('row');
  expect(pairPrompts([run(words), reworded], false).by).toBeNull();
});

test('a table as CSV keeps commas, quotes and lines, and runs nothing', () => {
  expect(
    toCsv([
      ['run', 'a, "b"'],
      ['=1+1', -0.5],
      ['-3', null],
    ]),
  ).toBe('run,"a, ""b"""\r\n\'=1+1,-0.5\r\n-3,\r\n');
});

function aRun(id: number, seed: number, rate: number): GroupableRun {
  return {
    id,
    name: 'r',
    recipe: 'p',
    variant: 'v',
    backend: 'embedded',
    seed,
    rehearsal: null,
    config: { trainer: { rate } },
  };
}

function columnsOf(step: readonly number[], mean: readonly number[]) {
  return {
    step,
    mean,
    last: mean,
    min: mean,
    max: mean,
    time: step.map((at) => (at + 1) * 1000 + 1000),
    count: step.map(() => 1),
  };
}
