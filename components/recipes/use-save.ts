'use client';

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
    async save(paths, message) {
      if (format.isOn) await formatAll(paths, client, studio);
      return studio.save(paths, message);
    },
  };
}

/** Formats those layers that have a draft. */
async function formatAll(
  paths: readonly string[],
  { ask }: PreviewClient,
  { latest, dispatch }: Studio,
): Promise<void> {
  for (const path of paths) {
    const file = latest().files[path];
    if (!/\.ya?ml$/.test(path) || file === undefined || file.draft === null) continue;
    const text = await ask('format', { file: path });
    // What was typed while the answer came goes before the format, which is of the text without it.
    const isSame = latest().files[path]?.draft === file.draft;
    if (isSame && text !== file.draft) dispatch({ kind: 'replaced', path, text });
  }
}
