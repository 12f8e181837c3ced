/** The TypeScript evaluator API: the same words as the Python one. Recipes import it as `galley/evaluator`. */

/** What the agent produced. */
export type EvaluationTarget = {
  readonly finalAnswer: string;
  /** The completion hit its length limit. */
  readonly isTruncated: boolean;
  /** What an agent said and did on the way, message by message; a single completion has none. */
  readonly observation?: readonly Readonly<Record<string, unknown>>[];
};

export type EvaluationRunResult = {
  /** Usually 0.0 to 1.0; must be finite. */
  readonly reward: number;
  readonly groundTruth?: string;
  /** Finite scalars only; each reaches the charts as `rollout/<key>` and `val/<key>`. */
  readonly metrics?: Readonly<Record<string, number>>;
  /** Anything JSON can hold; shown beside the rollout. */
  readonly extraInfo?: Readonly<Record<string, unknown>>;
};

/** Scores one rollout of one data row. A class with this method is what `evaluator_module_path: file.ts:Class` names. */
export type Evaluator = {
  evaluate(
    data: Readonly<Record<string, unknown>>,
    target: EvaluationTarget,
  ): EvaluationRunResult | Promise<EvaluationRunResult>;
};
