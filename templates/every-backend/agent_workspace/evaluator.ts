import type { EvaluationRunResult, EvaluationTarget, Evaluator } from 'galley/evaluator';

/** The TypeScript twin of evaluator.py: 1 for the exact answer, 0 for any other. */
export class MyTaskEvaluator implements Evaluator {
  evaluate(data: Readonly<Record<string, unknown>>, target: EvaluationTarget): EvaluationRunResult {
    const agentAnswer = target.finalAnswer.trim();
    const { answer = '' } = data;
    const groundTruth = String(answer).trim();
    return {
      reward: this.computeReward(agentAnswer, groundTruth),
      groundTruth,
      metrics: {
        exact_match: agentAnswer === groundTruth ? 1 : 0,
        answer_length: agentAnswer.length,
      },
      extraInfo: { agent_answer: agentAnswer, ground_truth: groundTruth },
    };
  }

  private computeReward(prediction: string, groundTruth: string): number {
    return prediction === groundTruth ? 1 : 0;
  }
}
