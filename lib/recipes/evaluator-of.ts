/** The evaluator that a recipe names; the math agent of the reference framework brings its own. */
export function evaluatorOf(worker: {
  readonly type: string;
  readonly evaluator_module_path?: string | null | undefined;
}): string | null {
  const named = worker.evaluator_module_path ?? null;
  return named === null && worker.type === 'agent' ? 'builtin:math' : named;
}
