import { expect, test } from 'vitest';
import { makeTasks } from './make-tasks';

const OPTIONS = { step: 0, validation: false, samples: 2, temperature: 1, seed: 7 };

test('each prompt has its samples side by side, each with a seed of its own', () => {
  const prompts = [0, 1].map((row) => ({
    index: row,
    row,
    group: `task-${row}`,
    prompt: `p${row}`,
    data: {},
  }));
  const tasks = makeTasks(prompts, OPTIONS);
  expect(tasks.map(({ group, sample }) => [group, sample])).toEqual([
    ['task-0', 0],
    ['task-0', 1],
    ['task-1', 0],
    ['task-1', 1],
  ]);
  expect(new Set(tasks.map(({ seed }) => seed)).size).toBe(4);
});

test.each([
  [{}, 5],
  [{ extra_info: { index: 40 } }, 40],
  [{ extra_info: null }, 5],
  [{ extra_info: { index: 40 }, index: 9 }, 9],
])('the evaluator knows the row %j as %d', (data, index) => {
  const [task] = makeTasks([{ index: 0, row: 5, group: 'g', prompt: 'p', data }], OPTIONS);
  expect(task?.data['index']).toBe(index);
});
