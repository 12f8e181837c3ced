import type { DataPlan, PromptProfile, SplitProfile, Twins } from '@/lib/domain/data-profile';
import type { DataRow } from '../dataset';
import type { PromptCounter } from '../prompt-counter';
import type { Table } from '../table';
import { type ColumnStats, createColumnStats, kindOf, textOf } from './column-stats';
import { createRowSamples } from './row-samples';
import { hashText } from './text-hash';
import { createTextIndex, type TextIndex } from './text-index';
import { createTokenHistogram } from './token-histogram';

/** Prompts that are remembered for comparison: 48 MiB. Beyond, counts say of how many rows they are. */
const MAX_COMPARED = 2_000_000;
/** Text that a tokenizer is asked about, in characters: about 20 s of its work. Bytes and estimates cost nothing. */
const MAX_TOKENIZED = 16_000_000;
const MAX_EXAMPLES = 5;
const MAX_EXAMPLE_CHARACTERS = 200;

export type NamedTable = { readonly named: string; readonly table: Table };
export type SplitContext = {
  readonly setting: string;
  readonly plan: DataPlan;
  readonly tables: readonly NamedTable[];
  /** Prompts of the training data, for the validation data. */
  readonly others: TextIndex | null;
  readonly counter: PromptCounter;
};

/** What is learnt of one list of files, row by row. */
export type SplitStats = {
  readonly prompts: TextIndex;
  add(row: DataRow): void;
  rowsRead(): number;
  profile(): SplitProfile;
  /** Null without `others`. */
  overlap(): Twins | null;
};

export function createSplitStats(context: SplitContext): SplitStats {
  const { plan, tables, others, setting, counter } = context;
  const columns = new Map<string, ColumnStats>();
  for (const { table } of tables)
    for (const { name } of table.columns) columns.set(name, createColumnStats());
  const samples = createRowSamples();
  const prompts = createTextIndex();
  const lengths = createPromptLengths(plan, counter);
  const duplicates = createTwins();
  const overlap = createTwins();
  let rows = 0;

  function compare(prompt: unknown): void {
    if (kindOf(prompt) === 'null' || prompts.size() >= MAX_COMPARED) return;
    const text = textOf(prompt);
    const hash = hashText(text);
    const earlier = prompts.add(hash, rows);
    duplicates.see(text, earlier === null ? null : [earlier, rows]);
    const other = others?.find(hash) ?? null;
    overlap.see(text, other === null ? null : [other, rows]);
  }
  return {
    prompts,
    add: (row) => {
      for (const name in row) {
        let stats = columns.get(name);
        if (stats === undefined) columns.set(name, (stats = createColumnStats()));
        stats.add(row[name]);
      }
      samples.add(row, rows);
      lengths.add(row[plan.promptKey]);
      compare(row[plan.promptKey]);
      rows += 1;
    },
    rowsRead: () => rows,
    overlap: () => (others === null ? null : overlap.result()),
    profile: () => ({
      setting,
      files: tables.map(fileProfile),
      rowsRead: rows,
      rows: tables.some(({ table }) => table.isPartial)
        ? null
        : tables.reduce((sum, { table }) => sum + table.count, 0),
      columns: [...columns].map(([name, stats]) =>
        stats.profile({ name, declared: declaredAs(name, tables), rows }),
      ),
      prompts: lengths.result(),
      duplicates: duplicates.result(),
      ...samples.samples(),
    }),
  };
}

function fileProfile({ named, table }: NamedTable): SplitProfile['files'][number] {
  const { file, format, bytes, isPartial, count, columns } = table;
  return { named, file, format, bytes, rows: isPartial ? null : count, columns: [...columns] };
}

/** Null where files differ: then the kinds of the cells say more. */
function declaredAs(name: string, tables: readonly NamedTable[]): string | null {
  const types = new Set<string | null>();
  for (const { table } of tables) {
    for (const column of table.columns) {
      if (column.name === name && column.declared !== 'empty') types.add(column.declared);
    }
  }
  const [type] = types;
  return types.size === 1 ? (type ?? null) : null;
}

function createPromptLengths(plan: DataPlan, counter: PromptCounter) {
  let tokenized = 0;
  const histogram = createTokenHistogram();
  const sequence = plan.maxSequenceLength ?? Infinity;
  const seen = {
    counted: 0,
    nulls: 0,
    other: 0,
    messages: 0,
    overLimit: 0,
    overSequence: 0,
    cutResponses: 0,
  };
  return {
    add: (prompt: unknown): void => {
      if (kindOf(prompt) === 'null') {
        seen.nulls += 1;
        return;
      }
      if (counter.kind === 'tokenizer') {
        if (tokenized > MAX_TOKENIZED) return;
        tokenized += textOf(prompt).length;
      }
      const tokens = counter.count(prompt);
      if (tokens === null) {
        seen.other += 1;
        return;
      }
      seen.counted += 1;
      if (Array.isArray(prompt)) seen.messages += 1;
      histogram.add(tokens);
      if (tokens > plan.maxPromptLength) seen.overLimit += 1;
      if (tokens >= sequence) seen.overSequence += 1;
      else if (tokens + plan.maxResponseLength > sequence) seen.cutResponses += 1;
    },
    result: (): PromptProfile => ({ ...seen, ...histogram.summary() }),
  };
}

function createTwins() {
  let rows = 0;
  let compared = 0;
  const examples: Twins['examples'] = [];
  return {
    see: (text: string, pair: readonly number[] | null): void => {
      compared += 1;
      if (pair === null) return;
      rows += 1;
      if (examples.length < MAX_EXAMPLES) {
        examples.push({ text: text.slice(0, MAX_EXAMPLE_CHARACTERS), rows: [...pair] });
      }
    },
    result: (): Twins => ({ rows, compared, examples: [...examples] }),
  };
}
