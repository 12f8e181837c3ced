import type { RowRequest, TrialRequest, TrialRow } from '@/lib/launch/trial/create-evaluator-trials';
import type { CaseReport, EvaluatorCase, Trial, TrialInput } from '@/lib/launch/trial/trial';
import type { ActionError } from '@/lib/shared/app-error';
import type { Result } from '@/lib/shared/result';

type Action<Input, Value> = (input: Input) => Promise<Result<Value, ActionError>>;

/** What the Evaluator pane asks of the server; given by the page. */
export type EvaluatorActions = {
  readonly row: Action<RowRequest, TrialRow>;
  readonly run: Action<TrialRequest & { readonly input: TrialInput }, Trial>;
  readonly cases: Action<{ readonly recipe: string }, readonly EvaluatorCase[]>;
  readonly saveCase: Action<
    { readonly recipe: string; readonly added: EvaluatorCase },
    readonly EvaluatorCase[]
  >;
  readonly removeCase: Action<{ readonly recipe: string; readonly name: string }, readonly EvaluatorCase[]>;
  readonly test: Action<{ readonly recipe: string; readonly entry: string }, readonly CaseReport[]>;
};
