'use client';

import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { recipeEnvironmentQuery } from '@/lib/api-client/recipes';
import { environmentNames } from '@/lib/recipes/environment/environment-names';
import type { EnvironmentView } from './preview';
import type { StudioData } from './studio-data';
import type { StudioFile } from './studio-state';
import { layerTexts, scriptTexts } from './use-preview';

export type StudioEnvironment = {
  /** What layers and scripts may read. */
  readonly env: EnvironmentView;
  /** Given for the preview alone; they end with the page. */
  readonly previewValues: Readonly<Record<string, string>>;
  /** An empty value takes it back. */
  readonly setPreviewValue: (name: string, value: string) => void;
};

/** The environment of the preview: known from the start, or asked for when a new name is typed. */
export function useEnvironment(
  data: StudioData,
  files: Readonly<Record<string, StudioFile>>,
  sideTexts: Readonly<Record<string, string>>,
): StudioEnvironment {
  const { names, values } = data.environment;
  const scripts = { ...data.scripts, ...scriptTexts(sideTexts, files) };
  const added = environmentNames(layerTexts(files), scripts).filter((name) => !names.includes(name));
  const asked = useQuery(recipeEnvironmentQuery(added));
  const env = useMemo(() => ({ ...values, ...asked.data }), [values, asked.data]);
  const [previewValues, setPreviewValues] = useState<Readonly<Record<string, string>>>({});

  return {
    env,
    previewValues,
    setPreviewValue: (name, value) =>
      setPreviewValues((before) => {
        const rest = Object.entries(before).filter(([known]) => known !== name);
        return Object.fromEntries(value === '' ? rest : [...rest, [name, value]]);
      }),
  };
}
