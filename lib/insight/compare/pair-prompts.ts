import type { Scores } from './verdict';

export type PromptScore = {
  /** Row of the data file. */
  readonly group: string;
  /** Its first characters, as this run saw it. */
  readonly prompt: string;
  /** Mean reward of its rollouts. */
  readonly mean: number;
  readonly count: number;
};

export type Pairing = {
  /** What makes two runs' prompts the same; null = nothing did. */
  readonly by: 'prompt' | 'row' | null;
  /** One per run, in order. */
  readonly scores: readonly Scores[];
};

/** Fewer in common are chance. */
const LEAST_COMMON = 5;

/**
 * Finds what runs have in common: rows with the same words first; then the same words, wherever they stand; then the
 * same rows, if all runs read the same file and only word its prompts differently.
 */
export function pairPrompts(runs: readonly (readonly PromptScore[])[], hasSameFile: boolean): Pairing {
  const ways: readonly (readonly [by: 'prompt' | 'row', key: (score: PromptScore) => string])[] = [
    ['prompt', ({ group, prompt }) => `${group}\n${prompt}`],
    ['prompt', ({ prompt }) => prompt],
    ...(hasSameFile ? [['row', ({ group }: PromptScore) => group] as const] : []),
  ];
  for (const [by, key] of ways) {
    const scores = runs.map((prompts) => scoresBy(prompts, key));
    if (countCommon(scores) >= LEAST_COMMON) return { by, scores };
  }
  return { by: null, scores: runs.map(() => new Map()) };
}

/** Prompts with the same key are taken together, each rollout counting once. */
function scoresBy(prompts: readonly PromptScore[], key: (score: PromptScore) => string): Scores {
  const sums = new Map<string, { total: number; count: number }>();
  for (const prompt of prompts) {
    const sum = sums.get(key(prompt)) ?? { total: 0, count: 0 };
    sums.set(key(prompt), { total: sum.total + prompt.mean * prompt.count, count: sum.count + prompt.count });
  }
  return new Map([...sums].map(([name, { total, count }]) => [name, total / count]));
}

function countCommon([first, ...others]: readonly Scores[]): number {
  if (first === undefined) return 0;
  return [...first.keys()].filter((key) => others.every((other) => other.has(key))).length;
}
