import type { DataFormat } from './data-format';
import type { DataRow } from './dataset';

export type TableColumn = {
  readonly name: string;
  /** What the file declares (Parquet), or what all its cells allow (CSV); null when only reading tells (JSONL). */
  readonly declared: string | null;
};

/** Rows that are read together: a Parquet row group or a part of one, or about a megabyte of text. */
export type TableBlock = {
  readonly firstRow: number;
  readonly rows: number;
  /** Uncompressed, about. */
  readonly bytes: number;
};

/** One data file, of which only the places of its rows are known until a block is read. */
export type Table = {
  readonly file: string;
  readonly format: DataFormat;
  /** Size on disk. */
  readonly bytes: number;
  readonly count: number;
  /** The file was looked at only up to a limit: there are more rows than `count`. */
  readonly isPartial: boolean;
  readonly columns: readonly TableColumn[];
  readonly blocks: readonly TableBlock[];
  /** Rows as the file holds them (see `plainJson`); a column that a row lacks is absent. */
  readBlock(index: number): Promise<readonly DataRow[]>;
};

export type OpenTableOptions = {
  readonly signal?: AbortSignal;
  /** Share of the file that has been looked at, 0 … 1. */
  readonly onProgress?: (share: number) => void;
  /** Looks at the first so many bytes of a text file only. */
  readonly limitBytes?: number;
};

/** A file holds something that its format does not allow. `line` is 1-based. */
export class BadDataError extends Error {
  readonly line: number | null;

  constructor(message: string, options: ErrorOptions & { readonly line?: number } = {}) {
    super(message, options);
    this.name = 'BadDataError';
    this.line = options.line ?? null;
  }
}
