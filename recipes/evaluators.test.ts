import { expect, test } from 'vitest';
import {
  ArithmeticEvaluator,
  PlainArithmeticEvaluator,
  SpokenArithmeticEvaluator,
} from './arithmetic/agent_workspace/evaluator';
import { MyTaskEvaluator } from './my_task/agent_workspace/evaluator';
import { PigLatinEvaluator } from './pig_latin/agent_workspace/evaluator';

const answered = (finalAnswer: string, isTruncated = false) => ({ finalAnswer, isTruncated });
const SUM = { prompt: '47+85=', answer: '231', plain_answer: '132', number: '132' };

test('a right sum that ended earns 1, a cut one nothing, a wrong one half its share of right digits', () => {
  const evaluator = new ArithmeticEvaluator();
  expect(evaluator.evaluate(SUM, answered('231'))).toMatchObject({ reward: 1, metrics: { exact_match: 1 } });
  expect(evaluator.evaluate(SUM, answered('231', true))).toMatchObject({
    reward: 0,
    metrics: { exact_match: 0 },
  });
  expect(evaluator.evaluate(SUM, answered('931')).reward).toBeCloseTo(1 / 3);
  expect(evaluator.evaluate(SUM, answered('')).reward).toBe(0);
});

test('a longer answer does not earn more by guessing on', () => {
  const evaluator = new ArithmeticEvaluator();
  const short = evaluator.evaluate(SUM, answered('23')).reward;
  expect(evaluator.evaluate(SUM, answered('23999')).reward).toBeLessThan(short);
});

test('the other arithmetic evaluators read their own columns', () => {
  expect(new PlainArithmeticEvaluator().evaluate(SUM, answered('132')).reward).toBe(1);
  expect(new PlainArithmeticEvaluator().evaluate(SUM, answered('231')).reward).toBeLessThan(1);
  expect(new SpokenArithmeticEvaluator().evaluate(SUM, answered('47 + 85 = 132.')).reward).toBe(1);
  expect(new SpokenArithmeticEvaluator().evaluate(SUM, answered('no idea')).reward).toBe(0);
});

test('pig latin counts letters in place', () => {
  const evaluator = new PigLatinEvaluator();
  const data = { word: 'telt', answer: 'elttay' };
  expect(evaluator.evaluate(data, answered('elttay')).reward).toBe(1);
  expect(evaluator.evaluate(data, answered('Elttay ')).reward).toBe(1);
  expect(evaluator.evaluate(data, answered('elttoy')).reward).toBeCloseTo(5 / 12);
  expect(evaluator.evaluate(data, answered('elttay', true)).reward).toBe(0);
});

const CASES = [
  ['4', '4'],
  [' 4\n', '4'],
  ['5', '4'],
  ['', '4'],
  ['four', ' four '],
];

test('my_task scores the exact answer only', () => {
  const rewards = CASES.map(([answer = '', truth = '']) =>
    new MyTaskEvaluator().evaluate({ answer: truth }, answered(answer)),
  );
  expect(rewards.map(({ reward }) => reward)).toEqual([1, 1, 0, 0, 1]);
});
