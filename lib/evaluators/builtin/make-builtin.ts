import type { EvaluationRunResult, EvaluationTarget } from '../api';
import { type BuiltinName, isBuiltinName } from './builtin-names';
import { processEnvironment } from '@/lib/env';
import { exactMatch } from './exact-match';
import { fuzzyMatch } from './fuzzy-match';
import { regexMatch } from './regex-match';

export type BuiltinArgs = Readonly<Record<string, unknown>>;

/** An evaluator that is made already; it may throw, which fails the rollout with the message. */
export type BuiltinEvaluator = {
  evaluate(
    data: Readonly<Record<string, unknown>>,
    target: EvaluationTarget,
  ): EvaluationRunResult | Promise<EvaluationRunResult>;
};

/** Those with libraries behind them are read when they are asked for. */
const MAKERS: Readonly<
  Record<BuiltinName, (args: BuiltinArgs) => BuiltinEvaluator | Promise<BuiltinEvaluator>>
> = {
  exact_match: exactMatch,
  fuzzy_match: fuzzyMatch,
  regex: regexMatch,
  math: async (args) => (await import('./math/math-match')).mathMatch(args),
  json_schema: async (args) => (await import('./json-schema')).jsonSchema(args),
  code_tests: async (args) => (await import('./code/code-tests')).codeTests(args),
  llm_judge: async (args) => (await import('./llm-judge')).llmJudge(args, processEnvironment()),
};

/** Throws what is wrong with the arguments, in words for people. */
export async function makeBuiltin(name: string, args: BuiltinArgs): Promise<BuiltinEvaluator> {
  if (!isBuiltinName(name)) throw new Error(`There is no evaluator builtin:${name}.`);
  return MAKERS[name](args);
}
