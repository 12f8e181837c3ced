import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { ownPlace, property } from '@/lib/recipe-code/in-child';
import type { EvaluationTarget } from './api';
import { makeBuiltin } from './builtin/make-builtin';
import type { ChildSetup } from './child-protocol';

export type Evaluate = (data: Readonly<Record<string, unknown>>, target: EvaluationTarget) => unknown;

/** Imports the transpiled module and makes the evaluator. Throws what is wrong, in words for people. */
export async function loadEvaluator(setup: ChildSetup): Promise<Evaluate> {
  if (setup.module === null) {
    const builtin = await makeBuiltin(setup.className, setup.args);
    return (data, target) => builtin.evaluate(data, target);
  }
  const exported: unknown = await import(pathToFileURL(setup.module).href);
  const evaluatorClass = property(exported, setup.className);
  if (!isClass(evaluatorClass)) throw new Error(missingClass(exported, setup));
  const evaluator: unknown = Reflect.construct(evaluatorClass, [setup.args]);
  const evaluate = property(evaluator, 'evaluate');
  if (!isFunction(evaluate)) {
    throw new Error(`${setup.className} has no method evaluate(data, target). Add it.`);
  }
  return (data, target) => Reflect.apply(evaluate, evaluator, [data, target]);
}

function missingClass(exported: unknown, setup: ChildSetup): string {
  const classes = Object.entries(exported ?? {})
    .filter(([, value]) => isClass(value))
    .map(([name]) => name);
  const found = classes.length > 0 ? `It exports ${classes.join(', ')}.` : 'It exports no class.';
  return `no exported class ${setup.className}. ${found} Export the class, or name another in rollout_worker.evaluator_module_path.`;
}

/** Name and message of an error, and the recipe's own line that is nearest to it. */
export function describeError(error: unknown, setup: ChildSetup): string {
  if (!(error instanceof Error)) return `${inspect(error)} (not an Error)`;
  if (setup.module === null) return error.message;
  return `${error.name}: ${error.message}${ownPlace(error)}`;
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return isFunction(property(value, 'then'));
}

function isFunction(value: unknown): value is (...args: readonly unknown[]) => unknown {
  return typeof value === 'function';
}

function isClass(value: unknown): value is new (args: Readonly<Record<string, unknown>>) => unknown {
  return typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));
}
