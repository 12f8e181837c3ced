export type SourceRange = {
  /** Path from the search root. */
  readonly file: string;
  /** UTF-16 offsets into the file's text, end exclusive. */
  readonly start: number;
  readonly end: number;
};

/** The error as Hydra and OmegaConf would report it; names in docs/recipes/composition.md. */
export type ReferenceError = {
  readonly class: string;
  readonly phase: 'compose' | 'resolve';
  readonly key?: string;
  readonly missing?: string;
};

export type TextEdit = SourceRange & { readonly text: string };

/** A problem is data with a code and a place. */
export type Diagnostic = {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: string;
  /** Config path concerned, e.g. `trainer.lr`; null when the problem is a file's. */
  readonly path: string | null;
  readonly range: SourceRange | null;
  readonly fix?: { readonly title: string; readonly edits: readonly TextEdit[] };
  readonly reference?: ReferenceError;
};
