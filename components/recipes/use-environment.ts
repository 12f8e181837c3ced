'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useMemo, useState } from 'react';
import { toast } from 'sonner';
import { callAction } from '@/components/ui/call-action';
import { recipeEnvironmentQuery } from '@/lib/api-client/recipes';
import { environmentNames } from '@/lib/recipes/environment/environment-names';
import type { Diagnostic } from '@/lib/recipes/diagnostic';
import { moveSecret } from './environment/move-secret';
import type { SecretActions } from './environment/secret-actions';
import type { EnvironmentView } from './preview';
import type { StudioData } from './studio-data';
import type { StudioFile } from './studio-state';
import { layerTexts, scriptTexts } from './use-preview';
import type { Studio } from './use-studio';

export type StudioEnvironment = {
  /** What layers and scripts may read. */
  readonly env: EnvironmentView;
  /** Given for the preview alone; they end with the page. */
  readonly previewValues: Readonly<Record<string, string>>;
  /** An empty value takes it back. */
  readonly setPreviewValue: (name: string, value: string) => void;
  /** Answers whether it has been stored. */
  readonly store: (name: string, value: string) => Promise<boolean>;
  /** Takes a secret in clear out of its file. */
  readonly moveSecret: (diagnostic: Diagnostic, studio: Pick<Studio, 'rewrite'>) => Promise<void>;
};

type Sources = {
  readonly files: Readonly<Record<string, StudioFile>>;
  readonly sideTexts: Readonly<Record<string, string>>;
  readonly actions: SecretActions;
};

/** The environment of the preview: known from the start, or asked for when a new name is typed. */
export function useEnvironment(data: StudioData, { files, sideTexts, actions }: Sources): StudioEnvironment {
  const { names, values } = data.environment;
  const scripts = { ...data.scripts, ...scriptTexts(sideTexts, files) };
  const added = environmentNames(layerTexts(files), scripts).filter((name) => !names.includes(name));
  const asked = useQuery(recipeEnvironmentQuery(added));
  const env = useMemo(() => ({ ...values, ...asked.data }), [values, asked.data]);
  const [previewValues, setPreviewValues] = useState<Readonly<Record<string, string>>>({});

  const client = useQueryClient();
  const router = useRouter();
  // what the server said of the environment holds no more
  const forget = async (): Promise<void> => {
    await client.invalidateQueries({ queryKey: ['recipes', 'environment'] });
    router.refresh();
  };

  return {
    env,
    store: async (name, value) => {
      const outcome = await callAction(actions.store, { name, value, isNew: false });
      if (outcome.ok) await forget();
      else toast.error(outcome.error.message, { duration: 10_000 });
      return outcome.ok;
    },
    moveSecret: async (diagnostic, studio) => {
      if (diagnostic.range === null) return;
      await studio.rewrite(diagnostic.range.file, async (text) => {
        const moved = await moveSecret(diagnostic, text, actions);
        if (moved.ok) toast.success(`The secret is stored as ${moved.value.name}.`);
        else toast.error(moved.error, { duration: 10_000 });
        return moved.ok ? moved.value.text : null;
      });
      await forget();
    },
    previewValues,
    setPreviewValue: (name, value) =>
      setPreviewValues((before) => {
        const rest = Object.entries(before).filter(([known]) => known !== name);
        return Object.fromEntries(value === '' ? rest : [...rest, [name, value]]);
      }),
  };
}
