import type { EvaluationRunResult, EvaluationTarget, Evaluator } from 'galley/evaluator';

/** 1 if the answer is exactly right, else half the share of its characters that are right; 0 if it was cut off. */
export class CalculatorEvaluator implements Evaluator {
  evaluate(data: Readonly<Record<string, unknown>>, target: EvaluationTarget): EvaluationRunResult {
    const groundTruth = String(data['answer']);
    const answer = target.finalAnswer.trim();
    const isExact = !target.isTruncated && answer === groundTruth;
    // against the longer of the two: filling up with guesses does not pay
    const length = Math.max(groundTruth.length, answer.length);
    const right = Array.from(groundTruth).filter((character, index) => character === answer[index]).length;
    const partial = target.isTruncated ? 0 : (0.5 * right) / length;
    const results = (target.observation ?? []).filter(({ role }) => role === 'tool');
    const isHelped = results.some(({ content }) => content === groundTruth);
    return {
      reward: isExact ? 1 : partial,
      groundTruth,
      metrics: {
        exact_match: isExact ? 1 : 0,
        called_tool: results.length > 0 ? 1 : 0,
        // the calculator was asked the right question
        right_call: isHelped ? 1 : 0,
      },
      extraInfo: { answer },
    };
  }
}
