'use client';

import { currentText } from './studio-state';
import { type FormatOnSave, useFormatOnSave } from './use-format-on-save';
import type { PreviewClient } from './use-preview';
import type { Studio } from './use-studio';

export type Save = {
  readonly format: FormatOnSave;
  readonly save: (paths: readonly string[], message?: string) => Promise<boolean>;
};

/** Saving, with the layers formatted first if the person wants it. */
export function useSave(studio: Studio, client: PreviewClient): Save {
  const format = useFormatOnSave();
  return {
    format,
    async save(paths, message = '') {
      const formatted = format.isOn ? await formatAll(paths, client, studio) : {};
      return studio.save(paths, { formatted, message });
    },
  };
}

/** The texts of those layers that the format changes. */
async function formatAll(
  paths: readonly string[],
  { ask }: PreviewClient,
  { state, dispatch }: Studio,
): Promise<Readonly<Record<string, string>>> {
  const formatted: Record<string, string> = {};
  for (const path of paths) {
    const file = state.files[path];
    if (!/\.ya?ml$/.test(path) || file === undefined || file.draft === null) continue;
    const text = await ask('format', { file: path });
    if (text === currentText(file)) continue;
    formatted[path] = text;
    dispatch({ kind: 'replaced', path, text });
  }
  return formatted;
}
