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

/** What a fix changes, as data: edits are made when somebody asks for them (`fix-edits.ts`), since that reads a layer anew. */
export type Change =
  | { readonly kind: 'edits'; readonly edits: readonly TextEdit[] }
  /** YAML text as the value of a config path of the layers: in `file` if it stands there, else in the variant's layer. */
  | {
      readonly kind: 'set';
      readonly path: string;
      readonly value: string;
      readonly file: string | null;
      readonly variant: string;
    }
  | { readonly kind: 'rename'; readonly file: string; readonly path: string; readonly name: string }
  /** All layers beside the variant to today's shape; `older` names by file the services that mean direct-zmq by `http`. */
  | {
      readonly kind: 'migrate';
      readonly variant: string;
      readonly older: Readonly<Record<string, readonly string[]>>;
    }
  /** More than edits: a value has to be given, a secret stored. */
  | { readonly kind: 'ask' };

export type Fix = { readonly title: string; readonly change: Change };

/** A problem is data with a code and a place. */
export type Diagnostic = {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: string;
  /** Config path concerned, e.g. `trainer.lr`; null when the problem is a file's. */
  readonly path: string | null;
  readonly range: SourceRange | null;
  readonly fix?: Fix;
  readonly reference?: ReferenceError;
};
