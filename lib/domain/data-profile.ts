import { z } from 'zod';

// What is known of a recipe's data files, as the command line prints it and the Data pane draws it.

const count = z.number().int().nonnegative();

/** What the questions about a recipe's data depend on; read from a resolved recipe by `lib/recipes/data-plan.ts`. */
export const DataPlan = z.object({
  /** The variant, from the recipes root: relative paths start at its folder. */
  entry: z.string(),
  backend: z.enum(['embedded', 'self_hosted', 'tinker', 'weaver']),
  trainFiles: z.array(z.string()),
  validationFiles: z.array(z.string()).nullable(),
  promptKey: z.string(),
  /** Folder or hub id of the tokenizer that counts prompts, and the config path that names it. */
  tokenizer: z.string().nullable(),
  tokenizerKey: z.string(),
  /** Column that a warm start imitates; null when there is none. */
  answerKey: z.string().nullable(),
  maxPromptLength: z.number(),
  maxResponseLength: z.number(),
  /** Tokens of prompt and response together; null when the recipe does not say. */
  maxSequenceLength: z.number().nullable(),
  /** Config path that sets `maxSequenceLength`. */
  sequenceKey: z.string(),
  filterPrompts: z.boolean(),
  batchSize: z.number(),
  dropLast: z.boolean(),
});
export type DataPlan = z.infer<typeof DataPlan>;

export const DataFinding = z.object({
  code: z.string(),
  severity: z.enum(['error', 'warning', 'info']),
  /** What, where, and what to do next. */
  message: z.string(),
  /** Config path concerned. */
  path: z.string().nullable(),
});
export type DataFinding = z.infer<typeof DataFinding>;

export const CELL_KINDS = [
  'text',
  'integer',
  'number',
  'boolean',
  'list',
  'object',
  'time',
  'binary',
  'null',
] as const;
export type CellKind = (typeof CELL_KINDS)[number];

const Spread = z.object({ min: z.number(), max: z.number(), mean: z.number() });

const ColumnProfile = z.object({
  name: z.string(),
  /** Type that the file declares, else the kinds of its cells: `text`, or `mixed: text, integer`. */
  type: z.string(),
  kinds: z.array(z.object({ kind: z.enum(CELL_KINDS), count })),
  nulls: count,
  /** Different values; an estimate (about 2 %) unless `isExact`. */
  distinct: z.object({ count, isExact: z.boolean() }),
  /** Characters of texts, items of lists. */
  length: Spread.nullable(),
  /** Of numbers. */
  range: Spread.nullable(),
});
export type ColumnProfile = z.infer<typeof ColumnProfile>;

const FileProfile = z.object({
  /** As the recipe names it, or what its pattern found. */
  named: z.string(),
  file: z.string(),
  format: z.string(),
  bytes: count,
  /** Null while only the beginning of a text file is known. */
  rows: count.nullable(),
  columns: z.array(z.object({ name: z.string(), declared: z.string().nullable() })),
});
export type FileProfile = z.infer<typeof FileProfile>;

const Cell = z.object({ column: z.string(), text: z.string(), isCut: z.boolean() });
const SampleRow = z.object({ row: count, cells: z.array(Cell) });
export type SampleRow = z.infer<typeof SampleRow>;

const TokenBin = z.object({ from: count, to: count, count });

export const PromptProfile = z.object({
  /** Rows whose prompt has text or messages, and was counted; with a tokenizer fewer than all in a large file. */
  counted: count,
  nulls: count,
  /** Prompts that are neither text nor a list of messages. */
  other: count,
  /** Prompts that are a list of messages. */
  messages: count,
  min: count,
  max: count,
  mean: z.number(),
  median: count,
  p95: count,
  p99: count,
  /** `from` … `to` inclusive. */
  bins: z.array(TokenBin),
  overLimit: count,
  /** Prompts that leave no room for one token of a response. */
  overSequence: count,
  /** Prompts whose longest allowed response would not fit. */
  cutResponses: count,
});
export type PromptProfile = z.infer<typeof PromptProfile>;

const Twins = z.object({
  /** Rows whose prompt an earlier row has too. */
  rows: count,
  /** Rows that were compared; fewer than all in a very large file. */
  compared: count,
  examples: z.array(z.object({ text: z.string(), rows: z.array(count) })),
});
export type Twins = z.infer<typeof Twins>;

const SplitProfile = z.object({
  /** `data.data_files` or `validate.data.data_files`. */
  setting: z.string(),
  files: z.array(FileProfile),
  rowsRead: count,
  /** Null while a text file has not been read to its end. */
  rows: count.nullable(),
  columns: z.array(ColumnProfile),
  prompts: PromptProfile,
  duplicates: Twins,
  first: z.array(SampleRow),
  random: z.array(SampleRow),
});
export type SplitProfile = z.infer<typeof SplitProfile>;

export const DataProfile = z.object({
  plan: DataPlan,
  /** `bytes` is exact for the embedded model, `tokenizer` for the one that the recipe names; else estimated from characters. */
  tokens: z.enum(['bytes', 'tokenizer', 'estimate']),
  train: SplitProfile,
  validation: SplitProfile.nullable(),
  /** Validation rows whose prompt is in the training data; `rows` of an example are training row, validation row. */
  overlap: Twins.nullable(),
  findings: z.array(DataFinding),
  isComplete: z.boolean(),
  milliseconds: z.number(),
});
export type DataProfile = z.infer<typeof DataProfile>;
