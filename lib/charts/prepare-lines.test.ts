import { describe, expect, test } from 'vitest';
import { type LineInput, prepareLines } from './prepare-lines';
import type { SeriesColumns } from './series-columns';

const OPTIONS = { smoothing: { kind: 'none' }, unit: 'plain' } as const;

function columns(points: readonly (readonly [step: number, value: number])[], count = 1): SeriesColumns {
  const values = points.map(([, value]) => value);
  return {
    step: points.map(([step]) => step),
    time: points.map(([step]) => step * 1000),
    min: values.map((value) => value - (count > 1 ? 1 : 0)),
    max: values.map((value) => value + (count > 1 ? 1 : 0)),
    mean: values,
    last: values,
    count: values.map(() => count),
  };
}

function line(name: string, ...points: (readonly [number, number])[]): LineInput {
  return { name, columns: columns(points) };
}

describe('prepareLines', () => {
  test('a value that is no number breaks its line and leaves a mark at the edge', () => {
    const model = prepareLines([line('loss', [0, 1], [1, NaN], [2, NaN], [3, Infinity], [4, 3])], OPTIONS);
    expect(model.rows.map(({ raw }) => raw[0])).toEqual([1, null, null, null, 3]);
    expect(model.marks).toEqual([
      { name: 'loss', from: 1, to: 2, text: 'NaN', isBroken: true },
      { name: 'loss', from: 3, to: 3, text: '∞', isBroken: true },
    ]);
    expect(model.y.domain[1]).toBeLessThan(10);
  });

  test('zero is a value, not a gap', () => {
    expect(prepareLines([line('a', [0, 0], [1, 0])], OPTIONS).rows.map(({ raw }) => raw[0])).toEqual([0, 0]);
  });

  test('a series that is logged every tenth step runs straight through the steps between', () => {
    const train = line('train', ...Array.from({ length: 21 }, (_, step) => [step, 0] as const));
    const model = prepareLines([train, line('held-out', [0, 0], [10, 1], [20, 0])], OPTIONS);
    expect(model.rows[5]?.raw[1]).toBeCloseTo(0.5);
    expect(model.rows[5]?.samples[1]).toBeNull();
    expect(model.series[1]?.hasDots).toBe(true);
  });

  test('nothing is filled in beside a gap, nor before a first or after a last sample', () => {
    const steps = line('x', ...Array.from({ length: 6 }, (_, step) => [step, 0] as const));
    const model = prepareLines([steps, line('y', [1, 1], [3, NaN], [4, 2])], OPTIONS);
    expect(model.rows.map(({ raw }) => raw[1])).toEqual([null, 1, null, null, 2, null]);
  });

  test('points that stand for several steps have a band', () => {
    const model = prepareLines(
      [
        {
          name: 'a',
          columns: columns(
            [
              [15, 5],
              [31, 6],
            ],
            16,
          ),
        },
      ],
      OPTIONS,
    );
    expect(model.rows.map(({ band }) => band[0])).toEqual([
      [4, 6],
      [5, 7],
    ]);
    expect(model.series[0]?.hasBand).toBe(true);
  });

  test('a range shows its steps alone, on axes of their own', () => {
    const model = prepareLines([line('a', [0, 100], [1, 1], [2, 2], [3, 900])], {
      ...OPTIONS,
      from: 1,
      to: 2,
    });
    expect(model.rows.map(({ step }) => step)).toEqual([1, 2]);
    expect(model.x.domain).toEqual([1, 2]);
    expect(model.y.domain[1]).toBeLessThanOrEqual(2.5);
  });

  test('colour follows the name, whatever stands beside it', () => {
    const alone = prepareLines([line('weaver', [0, 1])], OPTIONS);
    const third = prepareLines([line('a', [0, 1]), line('b', [0, 1]), line('weaver', [0, 1])], OPTIONS);
    expect(third.series[2]?.color).toBe(alone.series[0]?.color);
  });

  test('two lines of one chart never share a colour', () => {
    const names = ['mean', 'train', 'rollout', 'high', 'all right'];
    const { series } = prepareLines(
      names.map((name) => line(name, [0, 1])),
      OPTIONS,
    );
    expect(new Set(series.map(({ color }) => color)).size).toBe(names.length);
  });

  test('too many series are counted instead of drawn', () => {
    const many = Array.from({ length: 15 }, (_, index) => line(`s${index}`, [0, index]));
    const model = prepareLines(many, OPTIONS);
    expect([model.series.length, model.hidden]).toEqual([12, 3]);
  });

  test('an absent series is neither drawn nor counted', () => {
    const model = prepareLines([line('empty'), line('a', [0, 1])], OPTIONS);
    expect([model.series.map(({ name }) => name), model.hidden]).toEqual([['a'], 0]);
  });

  test('the picture is told in words', () => {
    expect(prepareLines([line('train', [0, 0.25], [9, 0.875])], OPTIONS).summary).toBe(
      'Steps 0 to 9: train goes from 0.250 to 0.875, between 0.250 and 0.875.',
    );
    expect(prepareLines([], OPTIONS).summary).toBe('No points yet.');
  });

  test('on a logarithmic axis nothing stands at or below zero; there the line breaks and a mark says why', () => {
    const model = prepareLines([line('kl', [0, 0.01], [1, 0], [2, -1], [3, 0.1])], {
      ...OPTIONS,
      values: { scale: 'log', outliers: 'shown' },
    });
    expect(model.rows.map(({ raw }) => raw[0])).toEqual([0.01, null, null, 0.1]);
    expect(model.marks).toEqual([{ name: 'kl', from: 1, to: 2, text: '≤ 0', isBroken: false }]);
    expect(model.y.domain).toEqual([0.01, 0.1]);
  });

  test('a value beyond the axis is a mark at its edge, with its number, and only where it was recorded', () => {
    const calm = Array.from({ length: 40 }, (_, step) => [step * 2, (step % 5) + 1] as const);
    const model = prepareLines(
      [
        line('steps', ...Array.from({ length: 80 }, (_, step) => [step, 2] as const)),
        line('norm', ...calm.with(20, [40, 9000])),
      ],
      { ...OPTIONS, values: { scale: 'linear', outliers: 'cut' } },
    );
    expect(model.cuts).toMatchObject([
      { name: 'norm', step: 40, isAbove: true, edge: model.y.domain[1], text: '9,000' },
    ]);
  });
});
