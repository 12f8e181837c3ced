/** One row as plain JSON values, by column. */
export type DataRow = Readonly<Record<string, unknown>>;

/** The rows of one or more data files, in the order in which the recipe names them. */
export type Dataset = {
  readonly count: number;
  /** Columns that any file has; null in the rows of a file that lacks one. */
  readonly columns: readonly string[];
  /** Absolute paths of the files. */
  readonly files: readonly string[];
  /** Rejects with `RangeError` outside 0 … count − 1. */
  row(index: number): Promise<DataRow>;
};
