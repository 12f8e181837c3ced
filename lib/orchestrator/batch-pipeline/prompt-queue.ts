import type { PromptPosition } from './batch-pipeline';

/** Sampled twice and too old twice: a third time would not be faster. */
const MAX_ROLLOUTS = 2;

/** Numbers of prompts, ascending, each until it is finished. */
export type PromptQueue = {
  /** Those that came back go first. */
  take(): number;
  /** Never to be taken again. */
  finish(prompt: number): void;
  /** To be taken again. False when it was taken often enough: then it is finished. */
  giveBack(prompt: number): boolean;
  /** All that is not finished. */
  position(): PromptPosition;
};

export function createPromptQueue(position: PromptPosition | null): PromptQueue {
  let next = position?.next ?? 0;
  const back = new Set(position?.pending);
  const taken = new Set<number>();
  const returns = new Map<number, number>();
  const finish = (prompt: number): void => {
    taken.delete(prompt);
    returns.delete(prompt);
  };
  return {
    take: () => {
      const [first] = [...back].sort(ascending);
      const prompt = first ?? next;
      if (first === undefined) next += 1;
      else back.delete(first);
      taken.add(prompt);
      return prompt;
    },
    finish,
    giveBack: (prompt) => {
      const count = (returns.get(prompt) ?? 0) + 1;
      if (count >= MAX_ROLLOUTS) {
        finish(prompt);
        return false;
      }
      taken.delete(prompt);
      back.add(prompt);
      returns.set(prompt, count);
      return true;
    },
    position: () => ({ next, pending: [...taken, ...back].sort(ascending) }),
  };
}

function ascending(left: number, right: number): number {
  return left - right;
}
