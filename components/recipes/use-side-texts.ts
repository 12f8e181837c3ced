'use client';

import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import { recipeFileQuery } from '@/lib/api-client/recipes';
import type { RecipeEntry } from '@/lib/recipe-files/walk';

/** Larger files are data, not code that a layer names. */
const LARGEST_BYTES = 200_000;
const MOST_FILES = 40;

/** Scripts and code of a recipe: where `${oc.env:…}` and module paths lead. Read once, after the page. */
export function useSideTexts(entries: readonly RecipeEntry[]): Readonly<Record<string, string>> {
  const paths = useMemo(
    () =>
      entries
        .filter(
          ({ kind, bytes, path }) => kind === 'file' && bytes <= LARGEST_BYTES && /\.(sh|ts|py)$/.test(path),
        )
        .map(({ path }) => path)
        .slice(0, MOST_FILES),
    [entries],
  );
  return useQueries({
    queries: paths.map((path) => ({ ...recipeFileQuery(path), staleTime: Number.POSITIVE_INFINITY })),
    combine: combineTexts,
  });
}

function combineTexts(
  results: readonly { readonly data: { readonly path: string; readonly text: string } | undefined }[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    results.flatMap(({ data }) => (data === undefined ? [] : [[data.path, data.text]])),
  );
}
