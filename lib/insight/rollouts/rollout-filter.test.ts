import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { filterRollouts, parseRolloutFilter, ROLLOUT_STATES } from './rollout-filter';

const row = (id: number, changes: Partial<Parameters<typeof filterRollouts>[0][number]> = {}) => ({
  id,
  group: `g${id % 2}`,
  sample: id >> 1,
  reward: id / 10,
  advantage: id - 3,
  promptTokens: 20,
  completionTokens: 100 * id,
  weightVersion: 4,
  stopReason: 'stop' as const,
  error: null,
  promptPreview: `say apple ${id}`,
  completionPreview: 'Pear',
  ...changes,
});

const ROWS = [
  row(1),
  row(2),
  row(3, { stopReason: 'length' }),
  row(4, { error: 'no dictionary', reward: 0, advantage: null }),
  row(5, { group: 'same', reward: 1 }),
  row(6, { group: 'same', reward: 1 }),
];

function found(text: string, seen: readonly number[] = []): readonly number[] {
  return filterRollouts(ROWS, parseRolloutFilter(text), new Set(seen)).map(({ id }) => id);
}

describe('filterRollouts', () => {
  test('compares numbers; a failed rollout has no reward to compare', () => {
    expect(found('reward<0.3')).toEqual([1, 2]);
    expect(found('reward=0')).toEqual([]);
    expect(found('advantage>0 tokens>=500')).toEqual([5, 6]);
    expect(found('reward!=1 version:4')).toEqual([1, 2, 3]);
  });

  test('knows how a rollout ended, whether it taught anything, and whether it was read', () => {
    expect(found('is:truncated')).toEqual([3]);
    expect(found('stop:length')).toEqual([3]);
    expect(found('is:failed')).toEqual([4]);
    expect(found('is:no-signal')).toEqual([5, 6]);
    expect(found('is:unseen', [1, 2, 3])).toEqual([4, 5, 6]);
    expect(found('is:seen', [1, 2])).toEqual([1, 2]);
    expect(found('group:same')).toEqual([5, 6]);
  });

  test('looks for words in prompt, completion and error, in any case', () => {
    expect(found('APPLE')).toHaveLength(6);
    expect(found('"apple 3"')).toEqual([3]);
    expect(found('pear dictionary')).toEqual([4]);
    // no condition of ours: what people look for may hold a sign
    expect(found('x=1')).toEqual([]);
  });

  test('says what means nothing, and filters by the rest', () => {
    const filter = parseRolloutFilter('reward>high is:great stop:never tokens>400');
    expect(filter.problems).toEqual([
      'reward is compared with a number, not "high".',
      `is:great is none of is:${ROLLOUT_STATES.join(', is:')}.`,
      'stop:never is none of stop, length, aborted, error.',
    ]);
    expect(filterRollouts(ROWS, filter, new Set()).map(({ id }) => id)).toEqual([5, 6]);
  });

  test('half a filter is a filter, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const rows = filterRollouts(ROWS, parseRolloutFilter(text), new Set());
        expect(ROWS).toEqual(expect.arrayContaining([...rows]));
      }),
    );
  });
});
