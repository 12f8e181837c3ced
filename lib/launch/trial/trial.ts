import type { EvaluationTarget } from '@/lib/evaluators/api';
import type { Evaluation } from '@/lib/evaluators/evaluator-host';

/** What an evaluator is tried on: a data row and what a model might have answered. */
export type TrialInput = {
  readonly data: Readonly<Record<string, unknown>>;
  readonly target: EvaluationTarget;
};

/** What came of one call. */
export type Trial = {
  readonly evaluation: Evaluation;
  /** Wall time of the call, without the start of its process. */
  readonly milliseconds: number;
  /** Lines that it printed. */
  readonly printed: readonly string[];
  /** The recipe's own line that a failure names; the file is a path from the recipes root. */
  readonly place: { readonly file: string; readonly line: number } | null;
};

/** A trial kept as a test: the input and what must come out. */
export type EvaluatorCase = TrialInput & {
  readonly name: string;
  readonly expect: {
    readonly reward: number;
    /** Only the metrics that are named here are compared. */
    readonly metrics: Readonly<Record<string, number>>;
  };
};

export type CaseResult = {
  readonly name: string;
  readonly trial: Trial;
  /** What differs from what was expected, in words; empty = passed. */
  readonly differences: readonly string[];
};

/** The cases of one evaluator of a recipe. */
export type CaseReport = {
  /** As the variants name it. */
  readonly evaluator: string;
  readonly variants: readonly string[];
  readonly results: readonly CaseResult[];
  /** Why it could not be run at all; null when it ran. */
  readonly refusal: string | null;
};
