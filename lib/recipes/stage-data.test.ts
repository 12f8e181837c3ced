import { expect, test } from 'vitest';
import { withStageData } from './stage-data';

const easy = { name: 'easy', steps: 1, data: { data_files: ['easy.jsonl'] } };
const hard = { name: 'hard', steps: 1, data: { data_files: ['hard.jsonl'] } };

test('where every stage names its files, the recipe is read with those of the first', () => {
  expect(withStageData({ data: { batch_size: 2 }, stages: [easy, hard] })).toMatchObject({
    data: { batch_size: 2, data_files: ['easy.jsonl'] },
  });
});

test.each([
  ['the recipe names files', { data: { data_files: ['all.jsonl'] }, stages: [easy, hard] }],
  ['a stage names none', { data: {}, stages: [easy, { name: 'hard', steps: 1 }] }],
  ['there are no stages', { data: {} }],
])('nothing changes where %s', (_, config) => {
  expect(withStageData(config)).toBe(config);
});
