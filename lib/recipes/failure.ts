import type { SourceRange } from './diagnostic';
import type { Result } from '@/lib/shared/result';

/**
 * How a failure travels through composition. An interpolation failure may be forgiven (a merge over a broken
 * interpolation is legal), a type failure makes a selection empty, a key failure means "no such key".
 */
export type FailureFamily = 'interpolation' | 'type' | 'key' | 'other';

export type Problem = {
  /** Name of the error in docs/recipes/composition.md. */
  readonly class: string;
  readonly message: string;
  readonly family?: FailureFamily;
  /** Config path as OmegaConf prints it. */
  readonly key?: string;
  /** Config file that was not found. */
  readonly missing?: string;
  readonly range?: SourceRange | null;
};

/** The way out of a stage on wrong user input. It is caught inside lib/recipes: `compose` never throws. */
export class Failure extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.name = 'Failure';
    this.problem = problem;
  }

  get family(): FailureFamily {
    return this.problem.family ?? 'other';
  }

  /** The same failure with facts that only the catcher knows; facts already there win. */
  with(facts: Partial<Problem>): Failure {
    return new Failure({ ...facts, ...this.problem });
  }
}

/** Runs a stage; a Failure becomes data, anything else is a bug and goes on flying. */
export function attempt<T>(stage: () => T): Result<T, Failure> {
  try {
    return { ok: true, value: stage() };
  } catch (error) {
    if (error instanceof Failure) return { ok: false, error };
    throw error;
  }
}
