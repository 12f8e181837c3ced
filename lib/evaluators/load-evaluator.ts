import { transpile } from '@/lib/recipe-code/transpile';

/** `galley/evaluator` has types only; the import may stay in the code when a recipe keeps unused imports. */
const MODULES = { 'galley/evaluator': 'export {};' };

/** The module of a recipe's evaluator. */
export function transpileEvaluator(modulePath: string): Promise<string> {
  return transpile({ file: modulePath, subject: `The evaluator ${modulePath}`, modules: MODULES });
}
