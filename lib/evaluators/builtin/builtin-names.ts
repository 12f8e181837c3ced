import { BUILTIN_EVALUATORS } from '@/lib/recipes/schema/builtin-evaluators';

export type BuiltinName = keyof typeof BUILTIN_EVALUATORS;

export const BUILTIN_NAMES: readonly string[] = Object.keys(BUILTIN_EVALUATORS);

export function isBuiltinName(name: string): name is BuiltinName {
  return Object.hasOwn(BUILTIN_EVALUATORS, name);
}

/** Programs that tests start at once, and questions that a judge is asked at once. */
const PARALLEL: Partial<Readonly<Record<BuiltinName, number>>> = { code_tests: 2, llm_judge: 16 };

/** How many calls of an evaluator may run at once; null is all. `parallel` of evaluator_args changes it. */
export function parallelOf(name: BuiltinName, args: Readonly<Record<string, unknown>>): number | null {
  const usual = PARALLEL[name];
  if (usual === undefined) return null;
  const { parallel } = args;
  return typeof parallel === 'number' && Number.isInteger(parallel) && parallel > 0 ? parallel : usual;
}
