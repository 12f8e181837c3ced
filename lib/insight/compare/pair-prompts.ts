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

/** What makes two runs' prompts the same: row and words, the words wherever they stand, or the row alone. */
export type PairedBy = 'row-and-words' | 'words' | 'row';

export type Pairing = {
  /** Null = nothing made enough of them the same. */
  readonly by: PairedBy | null;
  /** One per run, in order. */
  readonly scores: readonly Scores[];
};

/** Fewer in common are chance. */
const LEAST_COMMON = 5;

export function promptKey({ group, prompt }: PromptScore, by: PairedBy): string {
  switch (by) {
    case 'row-and-words':
      return `${group}\n${prompt}`;
    case 'words':
      return prompt;
    case 'row':
      return group;
  }
}

/**
 * Finds what runs have in common, by whatever makes most of their prompts the same. Rows alone count only if all runs
 * read the same file: then a backend may word its prompts differently.
 */
export function pairPrompts(runs: readonly (readonly PromptScore[])[], hasSameFile: boolean): Pairing {
  const ways: readonly PairedBy[] = ['row-and-words', 'words', ...(hasSameFile ? (['row'] as const) : [])];
  let best: { readonly by: PairedBy; readonly scores: readonly Scores[]; readonly common: number } | null =
    null;
  for (const by of ways) {
    const scores = runs.map((prompts) => scoresBy(prompts, (score) => promptKey(score, by)));
    const common = countCommon(scores);
    if (common >= LEAST_COMMON && common > (best?.common ?? 0)) best = { by, scores, common };
  }
  return best === null
    ? { by: null, scores: runs.map(() => new Map()) }
    : { by: best.by, scores: best.scores };
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
