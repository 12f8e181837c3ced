'use client';

import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { lastRunQuery } from '@/lib/api-client/recipe-history';
import { listVariants } from '@/lib/recipes/list-variants';
import type { EnvironmentView } from '../preview';
import { currentText, splitOverrides, type StudioState } from '../studio-state';
import type { CompareQuestion } from './compare-request';
import { parentLayer, parentText } from './parent-layer';

/** `unsaved` is the blast radius; `variant:NAME` compares with another variant. */
export type DiffMode = 'unsaved' | 'parent' | 'run' | `variant:${string}`;

type DiffInput = {
  readonly recipe: string;
  readonly state: StudioState;
  readonly env: EnvironmentView;
  readonly scripts: Readonly<Record<string, string>>;
  readonly mode: DiffMode;
};

/** The question that a mode of the Diff pane asks, made when it is; null = it cannot be asked. */
export function useDiffQuestion({ recipe, state, env, scripts, mode }: DiffInput) {
  const variant = state.variant;
  const { files } = state;
  const lastRun = useQuery({
    ...lastRunQuery(recipe, variant ?? ''),
    enabled: mode === 'run' && variant !== null,
  });
  const run = lastRun.data ?? null;
  const overrides = state.overrides;
  const question = useCallback((): CompareQuestion | null => {
    const layers = Object.values(files).filter(({ path }) => /\.ya?ml$/.test(path));
    const now = Object.fromEntries(layers.map((file) => [file.path, currentText(file)]));
    if (mode === 'unsaved') return unsavedQuestion(layers, now, { env, scripts });
    if (variant === null) return null;
    const entry = `${recipe}/${variant}.yaml`;
    const after = { texts: 'now', entry, overrides: splitOverrides(overrides) };
    if (mode === 'run') {
      if (run === null) return null;
      const before = { texts: 'run', entry: run.entry, overrides: run.overrides };
      return { texts: { now, run: run.files }, env, scripts, pairs: [{ key: entry, before, after }] };
    }
    const other = mode === 'parent' ? parentLayer(entry) : `${recipe}/${mode.slice('variant:'.length)}.yaml`;
    const texts = mode === 'parent' ? { ...now, [other]: parentText(now[entry] ?? '') } : now;
    const before = { texts: 'other', entry: other, overrides: [] };
    return { texts: { now, other: texts }, env, scripts, pairs: [{ key: entry, before, after }] };
  }, [files, env, scripts, mode, recipe, variant, overrides, run]);
  return { question, run, isLoading: lastRun.isLoading };
}

function unsavedQuestion(
  layers: readonly { readonly path: string; readonly text: string; readonly draft: string | null }[],
  now: Readonly<Record<string, string>>,
  surroundings: Pick<CompareQuestion, 'env' | 'scripts'>,
): CompareQuestion | null {
  if (layers.every(({ draft }) => draft === null)) return null;
  const saved = Object.fromEntries(layers.map(({ path, text }) => [path, text]));
  const pairs = [...new Set([...listVariants(now), ...listVariants(saved)])].map((entry) => ({
    key: entry,
    before: { texts: 'saved', entry, overrides: [] },
    after: { texts: 'now', entry, overrides: [] },
  }));
  return { texts: { saved, now }, ...surroundings, pairs };
}
