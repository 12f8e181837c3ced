'use client';

import { startTransition, useCallback, useEffect, useRef, useState } from 'react';
import type { AskLanguage, EnvironmentView, PlacedPreview, PreviewSubject } from './preview';
import { openPreviewLink, type PreviewLink } from './preview-link';
import type { ResolvedRow } from './resolved-rows';
import { currentText, splitOverrides, type StudioFile } from './studio-state';

export type LivePreview = PlacedPreview & {
  /** Rows of the last text that composed: what stays in view, dimmed, while the text is broken. */
  readonly lastRows: readonly ResolvedRow[];
  /** The texts that these rows have their places in. */
  readonly lastTexts: PlacedPreview['texts'];
};

export type PreviewQuestion = {
  readonly recipe: string;
  readonly files: Readonly<Record<string, StudioFile>>;
  /** The same with what was typed since they were drawn. */
  readonly newestFiles: () => PreviewQuestion['files'];
  /** Texts of files that are not open: scripts and code that layers name. */
  readonly others: Readonly<Record<string, string>>;
  readonly paths: readonly string[];
  readonly env: EnvironmentView;
  /** Scripts of all recipes, as they lie on disk. */
  readonly scripts: Readonly<Record<string, string>>;
  readonly previewValues: Readonly<Record<string, string>>;
  readonly overrides: string;
  /** Lines of name, tab and file, the one in view first; one text, so that equal lists are equal. */
  readonly variants: string;
  /** Is called as a preview comes, to be drawn with it. */
  readonly settle: () => void;
};

export type PreviewClient = {
  /** What each variant comes to. Empty until the first answer. */
  readonly previews: Readonly<Record<string, LivePreview>>;
  /** Tells the worker at once what was typed, ahead of the page's own state. */
  readonly typed: (path: string, text: string) => void;
  readonly ask: AskLanguage;
};

/** What each variant comes to, composed in a worker as the text changes; the worker answers the editor too. */
export function usePreview(question: PreviewQuestion): PreviewClient {
  const { recipe, files, others, paths, env, scripts, previewValues, overrides, variants, settle } = question;
  const { newestFiles } = question;
  const [previews, setPreviews] = useState<Readonly<Record<string, LivePreview>>>({});
  const link = useRef<PreviewLink | null>(null);

  // Outside system: the composing worker.
  useEffect(() => {
    const opened = openPreviewLink((preview) =>
      // drawn in slices, so that a key that comes meanwhile does not wait
      startTransition(() => {
        settle();
        setPreviews((before) => ({ ...before, [preview.variant]: withLastRows(preview, before) }));
      }),
    );
    link.current = opened;
    return () => {
      link.current = null;
      opened.end();
    };
  }, [settle]);
  useEffect(() => {
    // what is drawn may be older than what the worker was told as it was typed
    link.current?.setTexts({ ...others, ...allTexts(newestFiles()) });
    link.current?.setFacts({
      recipe,
      paths,
      env,
      scripts,
      previewValues,
      overrides: splitOverrides(overrides),
      variants: parseVariants(variants),
    });
  }, [recipe, files, newestFiles, others, paths, env, scripts, previewValues, overrides, variants]);

  const typed = useCallback((path: string, text: string) => link.current?.setText(path, text), []);
  const ask = useCallback<AskLanguage>(
    (topic, about) =>
      link.current?.ask(topic, about) ?? Promise.reject(new Error('The studio has been closed.')),
    [],
  );
  return { previews, typed, ask };
}

function parseVariants(lines: string): PreviewSubject['variants'] {
  return lines.split('\n').flatMap((line) => {
    const [name, entry] = line.split('\t');
    return name && entry ? [{ name, entry }] : [];
  });
}

function withLastRows(preview: PlacedPreview, before: Readonly<Record<string, LivePreview>>): LivePreview {
  const { rows, texts } = preview;
  if (rows !== null) return { ...preview, lastRows: rows, lastTexts: texts };
  const last = before[preview.variant];
  return { ...preview, lastRows: last?.lastRows ?? [], lastTexts: last?.lastTexts ?? texts };
}

function allTexts(files: Readonly<Record<string, StudioFile>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.values(files).map((file) => [file.path, currentText(file)]));
}

/** Texts of the scripts, as they stand in the editor where they are open there. */
export function scriptTexts(
  onDisk: Readonly<Record<string, string>>,
  files: Readonly<Record<string, StudioFile>>,
): Readonly<Record<string, string>> {
  const all = Object.entries({ ...onDisk, ...allTexts(files) });
  return Object.fromEntries(all.filter(([path]) => path.endsWith('.sh')));
}

/** Texts of the YAML files, as they stand in the editor. */
export function layerTexts(files: Readonly<Record<string, StudioFile>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.values(files).flatMap((file) =>
      /\.ya?ml$/.test(file.path) ? [[file.path, currentText(file)]] : [],
    ),
  );
}
