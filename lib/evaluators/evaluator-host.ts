import type { EvaluationTarget } from './api';

export type EvaluationRequest = {
  readonly data: Readonly<Record<string, unknown>>;
  readonly target: EvaluationTarget;
};

/** A checked result: reward and metrics are finite, strings are strings. */
export type Evaluation =
  | {
      readonly ok: true;
      readonly reward: number;
      readonly groundTruth: string;
      readonly metrics: Readonly<Record<string, number>>;
      readonly extraInfo: Readonly<Record<string, unknown>>;
    }
  | {
      readonly ok: false;
      readonly message: string;
      /** The call was cut at its limit. */
      readonly isTimeout?: true;
    };

/** Runs a recipe's evaluator outside this process, with a time limit per call. A failing call is data, never a rejection. */
export type EvaluatorHost = {
  evaluate(request: EvaluationRequest, signal: AbortSignal): Promise<Evaluation>;
  close(): Promise<void>;
};
