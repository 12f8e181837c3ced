import { Failure } from './failure';

/** Aliases and interpolations can make a small text huge; a recipe has a few hundred values. Reached within a second or two. */
const MOST_STEPS = 100_000;
const LONGEST_TEXT = 1_000_000;
/** Python gives up a little above this; the browser's stack would too. */
export const DEEPEST = 100;

/** Counts what a composition does, so that no input can fill the memory or never end. */
export type Budget = { left: number };

export function newBudget(): Budget {
  return { left: MOST_STEPS };
}

/** One step for a value that is checked, built or resolved; following an interpolation costs more. */
export function spend(budget: Budget, steps = 1): void {
  budget.left -= steps;
  if (budget.left < 0)
    throw new Failure({
      class: 'too_large',
      message:
        'The configuration grows beyond all bounds: an alias or an interpolation repeats a large part too often.',
    });
}

export function checkLength(text: string): void {
  if (text.length > LONGEST_TEXT)
    throw new Failure({
      class: 'too_large',
      family: 'interpolation',
      message: `Interpolations make a text of more than ${LONGEST_TEXT} characters.`,
    });
}

/** Throws when something is nested deeper than any recipe is. */
export function checkDepth(depth: number): void {
  if (depth > DEEPEST)
    throw new Failure({
      class: 'cycle',
      message: `The configuration is nested more than ${DEEPEST} levels deep.`,
    });
}
