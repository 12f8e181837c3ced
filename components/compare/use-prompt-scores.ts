'use client';

import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import { promptScoresQuery, rolloutStepsQuery } from '@/lib/api-client/trajectories';
import {
  type PairedBy,
  pairPrompts,
  type Pairing,
  type PromptScore,
} from '@/lib/insight/compare/pair-prompts';
import type { Scores } from '@/lib/insight/compare/verdict';
import { createConfigView } from '@/lib/recipes/config-view';
import type { ComparedRun } from './compared-run';

export type PromptScores = {
  readonly isLoading: boolean;
  /** By run; those that were never validated are missing. */
  readonly scores: ReadonlyMap<number, Scores>;
  /** Newest validation of each run that has one: completed steps. */
  readonly steps: ReadonlyMap<number, number>;
  readonly prompts: ReadonlyMap<number, readonly PromptScore[]>;
  /** What makes two runs' prompts the same; null = nothing did. */
  readonly by: Pairing['by'];
  /** Which validations were taken, and how prompts were paired. */
  readonly basis: string;
  /** Why there may be no verdict. */
  readonly missing: string;
};

/** The newest held-out rollouts of each run, by prompt. */
export function usePromptScores(compared: readonly ComparedRun[]): PromptScores {
  const stepLists = useQueries({ queries: compared.map(({ run }) => rolloutStepsQuery(run.id)) });
  const lasts = stepLists.map(({ data }) => data?.validation.at(-1) ?? null);
  const answers = useQueries({
    queries: compared.map(({ run }, index) => promptScoresQuery(run.id, lasts[index] ?? null)),
  });
  const isLoading =
    stepLists.some(({ isPending }) => isPending) ||
    answers.some(({ isPending }, index) => isPending && lasts[index] !== null);
  const validated = compared.flatMap(({ run, config }, index) => {
    const prompts = answers[index]?.data?.prompts;
    const step = lasts[index] ?? null;
    return prompts === undefined || step === null ? [] : [{ id: run.id, config, step, prompts }];
  });
  // the map is what thousands of resamples are drawn from: it must stay the same while its data do
  const identity = validated.map(({ id, step, prompts }) => `${id} ${step} ${prompts.length}`).join();
  const pairing = useMemo(
    () => pairOf(validated),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- recorded rollouts of a step never change
    [identity],
  );
  return {
    isLoading,
    scores: pairing.scores,
    steps: new Map(validated.map(({ id, step }) => [id, step])),
    prompts: new Map(validated.map(({ id, prompts }) => [id, prompts])),
    by: pairing.by,
    basis: `Newest held-out validations: ${validated.map(({ id, step }) => `run ${id} after ${step} steps`).join(', ')}; paired by ${PAIRED[pairing.by ?? 'words']}.`,
    missing:
      [...stepLists, ...answers].find(({ error }) => error !== null)?.error?.message ??
      missingWords(validated.length, compared.length, pairing.by),
  };
}

const PAIRED: Readonly<Record<PairedBy, string>> = {
  'row-and-words': 'prompt',
  words: 'the words of the prompt, wherever it stands in the file',
  row: 'row of the file, since the prompts are worded differently',
};

type Validated = {
  readonly id: number;
  readonly config: unknown;
  readonly prompts: readonly PromptScore[];
};

function pairOf(validated: readonly Validated[]) {
  const files = validated.map(({ config }) =>
    JSON.stringify(createConfigView(config).get('validate.data.data_files') ?? null),
  );
  const hasSameFile = new Set(files).size === 1 && files[0] !== 'null';
  const { by, scores } = pairPrompts(
    validated.map(({ prompts }) => prompts),
    hasSameFile,
  );
  const byRun = validated.map(({ id }, index): readonly [number, Scores] => [id, scores[index] ?? new Map()]);
  return { by, scores: new Map(byRun) };
}

function missingWords(validated: number, all: number, by: Pairing['by']): string {
  if (validated < all) {
    return 'Not every run was validated, so there are no held-out prompts to pair. Set validate.eval.validate_freq, or decide by the last steps.';
  }
  return by === null
    ? 'The runs were validated on different prompts: fewer than five are common. Decide by the last steps instead.'
    : 'A verdict needs two sides.';
}
