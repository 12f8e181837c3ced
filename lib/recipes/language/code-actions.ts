import type { Diagnostic, SourceRange } from '@/lib/recipes/diagnostic';

export type CodeAction = {
  readonly title: string;
  /** The problem that it ends. */
  readonly diagnostic: Diagnostic;
};

/** The corrections on offer for the problems that a range of a file touches. */
export function codeActions(diagnostics: readonly Diagnostic[], range: SourceRange): readonly CodeAction[] {
  return diagnostics.flatMap((diagnostic) => {
    const { fix, range: place } = diagnostic;
    const touches =
      place !== null && place.file === range.file && place.start <= range.end && range.start <= place.end;
    return fix === undefined || !touches ? [] : [{ title: fix.title, diagnostic }];
  });
}
