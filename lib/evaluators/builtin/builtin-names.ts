/** What `builtin:…` may name in `rollout_worker.evaluator_module_path`. */
export const BUILTIN_NAMES = [
  'exact_match',
  'fuzzy_match',
  'regex',
  'math',
  'json_schema',
  'code_tests',
  'llm_judge',
] as const;
export type BuiltinName = (typeof BUILTIN_NAMES)[number];

export function isBuiltinName(name: string): name is BuiltinName {
  return BUILTIN_NAMES.some((known) => known === name);
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
