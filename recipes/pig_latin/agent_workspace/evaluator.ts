import type { EvaluationRunResult, EvaluationTarget, Evaluator } from 'galley/evaluator';

/**
 * 1 if the word is exactly right and ended by itself, else half the share of letters that are right, 0 if it was cut
 * off. The share counts against the longer of the two words, so that filling up with guesses does not pay.
 */
export class PigLatinEvaluator implements Evaluator {
  evaluate(data: Readonly<Record<string, unknown>>, target: EvaluationTarget): EvaluationRunResult {
    const groundTruth = String(data['answer']);
    const answer = target.finalAnswer.trim().toLowerCase();
    const isExact = !target.isTruncated && answer === groundTruth;
    const length = Math.max(groundTruth.length, answer.length);
    const right = Array.from(groundTruth).filter((letter, index) => letter === answer[index]).length;
    const partial = target.isTruncated ? 0 : (0.5 * right) / length;
    return {
      reward: isExact ? 1 : partial,
      groundTruth,
      metrics: {
        exact_match: isExact ? 1 : 0,
        letters_right: right / length,
        ends_in_ay: answer.endsWith('ay') ? 1 : 0,
      },
      extraInfo: { word: data['word'], answer },
    };
  }
}
