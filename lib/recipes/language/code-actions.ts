import type { Diagnostic, SourceRange, TextEdit } from '@/lib/recipes/diagnostic';

export type CodeAction = {
  readonly title: string;
  readonly edits: readonly TextEdit[];
  /** The problem that it ends. */
  readonly diagnostic: Diagnostic;
};

/** The corrections on offer for the problems that a range of a file touches. */
export function codeActions(diagnostics: readonly Diagnostic[], range: SourceRange): readonly CodeAction[] {
  return diagnostics.flatMap((diagnostic) => {
    const { fix, range: place } = diagnostic;
    const touches =
      place !== null && place.file === range.file && place.start <= range.end && range.start <= place.end;
    // a fix without edits needs more than an editor
    return fix === undefined || fix.edits.length === 0 || !touches ? [] : [{ ...fix, diagnostic }];
  });
}
