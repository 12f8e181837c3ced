import type { EvaluationRunResult, EvaluationTarget, Evaluator } from 'galley/evaluator';

/**
 * Compares an answer with a column of the row: 1 if it is exactly right and ended by itself, else half the share of
 * positions that are right, 0 if it was cut off. The share counts against the longer of the two, so that filling up
 * with guesses does not pay.
 */
function score(expected: unknown, { finalAnswer, isTruncated }: EvaluationTarget): EvaluationRunResult {
  const groundTruth = String(expected);
  const isExact = !isTruncated && finalAnswer === groundTruth;
  const length = Math.max(groundTruth.length, finalAnswer.length);
  const right = Array.from(groundTruth).filter((character, index) => character === finalAnswer[index]).length;
  const partial = isTruncated ? 0 : (0.5 * right) / length;
  return {
    reward: isExact ? 1 : partial,
    groundTruth,
    metrics: { exact_match: isExact ? 1 : 0, digits_right: right / length },
    extraInfo: { answer: finalAnswer },
  };
}

/** Sums with the last digit first, three digits: 47+85= → 231. */
export class ArithmeticEvaluator implements Evaluator {
  evaluate(data: Readonly<Record<string, unknown>>, target: EvaluationTarget): EvaluationRunResult {
    return score(data['answer'], target);
  }
}

/** Sums as people write them, three digits: 47+85= → 132. */
export class PlainArithmeticEvaluator implements Evaluator {
  evaluate(data: Readonly<Record<string, unknown>>, target: EvaluationTarget): EvaluationRunResult {
    return score(data['plain_answer'], target);
  }
}

/** For language models, which may say more than the number: the last whole number of the answer counts. */
export class SpokenArithmeticEvaluator implements Evaluator {
  evaluate(data: Readonly<Record<string, unknown>>, target: EvaluationTarget): EvaluationRunResult {
    const numbers = target.finalAnswer.match(/\d+/g) ?? [];
    return score(data['number'], { ...target, finalAnswer: numbers.at(-1) ?? '' });
  }
}
