'use client';

import { useEffect, useRef, useState } from 'react';
import type { EnvironmentView, Preview, PreviewAnswer, PreviewRequest } from './preview';
import type { ResolvedRow } from './resolved-rows';
import { currentText, splitOverrides, type StudioFile } from './studio-state';

/** Below what a person notices, above the pause between two keys of a fast typist's burst. */
const DEBOUNCE_MS = 30;

export type LivePreview = Preview & {
  /** Rows of the last text that composed: what stays in view, dimmed, while the text is broken. */
  readonly lastRows: readonly ResolvedRow[];
};

export type PreviewQuestion = {
  readonly files: Readonly<Record<string, StudioFile>>;
  readonly env: EnvironmentView;
  readonly overrides: string;
  /** Lines of name, tab and file, the one in view first; one text, so that equal lists are equal. */
  readonly variants: string;
};

/** What each variant comes to, composed in a worker as the text changes. Empty until the first answer. */
export function usePreview(question: PreviewQuestion): Readonly<Record<string, LivePreview>> {
  const { files, env, overrides, variants } = question;
  const [previews, setPreviews] = useState<Readonly<Record<string, LivePreview>>>({});
  const worker = useRef<Worker | null>(null);
  const lastId = useRef(0);

  // Outside system: the composing worker.
  useEffect(() => {
    const started = new Worker(new URL('./compose.worker.ts', import.meta.url), { type: 'module' });
    started.addEventListener('message', ({ data }: MessageEvent<PreviewAnswer>) => {
      if (data.id !== lastId.current) return;
      setPreviews((before) => ({ ...before, [data.preview.variant]: withLastRows(data.preview, before) }));
    });
    worker.current = started;
    return () => {
      worker.current = null;
      started.terminate();
    };
  }, []);

  useEffect(() => {
    const timer = setTimeout(() => {
      lastId.current += 1;
      const request: PreviewRequest = {
        id: lastId.current,
        files: layerTexts(files),
        env,
        overrides: splitOverrides(overrides),
        variants: parseVariants(variants),
      };
      worker.current?.postMessage(request);
    }, DEBOUNCE_MS);
    return () => clearTimeout(timer);
  }, [files, env, overrides, variants]);

  return previews;
}

function parseVariants(lines: string): PreviewRequest['variants'] {
  return lines.split('\n').flatMap((line) => {
    const [name, entry] = line.split('\t');
    return name && entry ? [{ name, entry }] : [];
  });
}

function withLastRows(preview: Preview, before: Readonly<Record<string, LivePreview>>): LivePreview {
  return { ...preview, lastRows: preview.rows ?? before[preview.variant]?.lastRows ?? [] };
}

/** Texts of the YAML files, as they stand in the editor. */
export function layerTexts(files: Readonly<Record<string, StudioFile>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.values(files).flatMap((file) =>
      /\.ya?ml$/.test(file.path) ? [[file.path, currentText(file)]] : [],
    ),
  );
}
