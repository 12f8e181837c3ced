import type { DataFinding, DataProfile, SplitProfile } from '@/lib/domain/data-profile';
import { nearestName } from '@/lib/shared/nearest-name';
import { isPattern } from '../find-data-files';
import { RESERVED_COLUMNS } from './reserved-columns';

/** Below this share repeated prompts are usual (two phrasings of a data set overlap); above, a step sees few tasks. */
const MANY_DUPLICATES = 0.05;

type Facts = Omit<DataProfile, 'findings'>;

/** What is worth knowing, or wrong, in data that could be read. */
export function dataFindings(facts: Facts, noTokenizer: string | null): readonly DataFinding[] {
  const { train, validation, plan } = facts;
  const splits = [train, ...(validation === null ? [] : [validation])];
  return [
    ...splits.flatMap((split) => [
      ...emptyFindings(split),
      ...promptFindings(split, facts),
      ...duplicateFindings(split),
      ...typeFindings(split),
      ...reservedFindings(split, facts),
    ]),
    ...answerFindings(train, plan.answerKey),
    ...overlapFindings(facts),
    ...batchFindings(facts),
    ...lengthFindings(facts),
    ...filterFindings(facts),
    ...tokenizerFindings(facts, noTokenizer),
    ...patternFindings(facts),
  ];
}

const finding = (
  code: string,
  severity: DataFinding['severity'],
  about: { readonly path: string | null; readonly message: string },
): DataFinding => ({ code, severity, ...about });

function emptyFindings({ files, setting }: SplitProfile): readonly DataFinding[] {
  return files.flatMap(({ file, rows }) =>
    rows === 0
      ? [
          finding('data_file_empty', 'error', {
            path: setting,
            message: `${setting}: ${file} has no rows. Write it again, or take it off the list.`,
          }),
        ]
      : [],
  );
}

function promptFindings(split: SplitProfile, { plan, tokens }: Facts): readonly DataFinding[] {
  const { promptKey } = plan;
  const path = 'data.prompt_key';
  const without = split.files.filter(
    ({ rows, columns }) => rows !== 0 && !columns.some(({ name }) => name === promptKey),
  );
  const missing = without.map(({ file, columns }) => {
    const names = columns.map(({ name }) => name);
    const near = nearestName(promptKey, names);
    const hint = near === null ? '' : ` Did you mean data.prompt_key: ${near}?`;
    const message = `${file} has no column "${promptKey}", which data.prompt_key names. It has: ${names.join(', ')}.${hint}`;
    return finding('data_column_missing', 'error', { path, message });
  });
  if (missing.length > 0) return missing;
  const { nulls, other, messages } = split.prompts;
  const what = `${split.setting}: column "${promptKey}"`;
  const found: DataFinding[] = [];
  if (nulls > 0) {
    const message = `${what} is null in ${rowsOf(nulls, split)}. A run ends at the first of them; fill or drop those rows.`;
    found.push(finding('data_prompt_null', 'error', { path, message }));
  }
  if (other > 0) {
    const wanted = tokens === 'bytes' ? 'text' : 'text or a list of messages with role and content';
    const message = `${what} has ${kindsOf(split, promptKey)}; in ${rowsOf(other, split)} it is not ${wanted}. Write the prompts as ${wanted}, or name another column.`;
    found.push(finding('data_prompt_type', 'error', { path, message }));
  } else if (messages > 0 && messages < split.prompts.counted) {
    const message = `${what} is a list of messages in ${rowsOf(messages, split)} and text in the others. Write all prompts one way.`;
    found.push(finding('data_prompt_mixed', 'warning', { path, message }));
  }
  return found;
}

function answerFindings(train: SplitProfile, answerKey: string | null): readonly DataFinding[] {
  if (answerKey === null) return [];
  const path = 'trainer.warm_start.answer_key';
  const without = train.files.filter(
    ({ rows, columns }) => rows !== 0 && !columns.some(({ name }) => name === answerKey),
  );
  const missing = without.map(({ file, columns }) => {
    const names = columns.map(({ name }) => name).join(', ');
    const message = `${file} has no column "${answerKey}", which ${path} names. It has: ${names}. Add the column, or name another.`;
    return finding('data_column_missing', 'error', { path, message });
  });
  const nulls = train.columns.find(({ name }) => name === answerKey)?.nulls ?? 0;
  if (missing.length > 0 || nulls === 0) return missing;
  const message = `data.data_files: column "${answerKey}" is null in ${rowsOf(nulls, train)}; the warm start would learn to answer nothing there. Fill or drop those rows.`;
  return [finding('data_answer_null', 'warning', { path, message })];
}

function duplicateFindings(split: SplitProfile): readonly DataFinding[] {
  const { rows, compared, examples } = split.duplicates;
  const [example] = examples;
  if (rows === 0 || example === undefined) return [];
  const share = rows / Math.max(1, compared);
  const some =
    compared < split.rowsRead
      ? `${rows.toLocaleString('en')} of the first ${compared.toLocaleString('en')} rows (${percent(share)})`
      : rowsOf(rows, split);
  const message =
    `${split.setting}: ${some} repeat an earlier prompt, ` +
    `e.g. rows ${example.rows.join(' and ')}. Each row forms a group of its own; drop repeats that are not meant.`;
  return [
    finding('data_duplicates', share > MANY_DUPLICATES ? 'warning' : 'info', {
      path: split.setting,
      message,
    }),
  ];
}

function typeFindings({ columns, setting }: SplitProfile): readonly DataFinding[] {
  return columns.flatMap(({ name, type }) =>
    type.startsWith('mixed')
      ? [
          finding('data_mixed_types', 'warning', {
            path: setting,
            message: `${setting}: column "${name}" holds ${type.slice('mixed: '.length).replaceAll(', ', ' and ')}. An evaluator meets both; write one type.`,
          }),
        ]
      : [],
  );
}

function reservedFindings({ columns, setting }: SplitProfile, { plan }: Facts): readonly DataFinding[] {
  return columns.flatMap(({ name }) => {
    if (!Object.hasOwn(RESERVED_COLUMNS, name)) return [];
    const known = RESERVED_COLUMNS[name];
    if (known === undefined) return [];
    const isNexrl = plan.backend !== 'embedded';
    const here =
      known.inGalley === null
        ? 'A run on the embedded model does not read it'
        : `In Galley ${known.inGalley}`;
    const message = `${setting}: the column name "${name}" is reserved. In NexRL ${known.inNexrl}. ${here}. Rename the column, e.g. "${name}_given".`;
    return [
      finding('data_reserved_column', isNexrl && known.isHarmful ? 'error' : 'warning', {
        path: setting,
        message,
      }),
    ];
  });
}

function overlapFindings({ overlap, validation }: Facts): readonly DataFinding[] {
  const [example] = overlap?.examples ?? [];
  if (overlap === null || validation === null || example === undefined) return [];
  const share = overlap.rows / Math.max(1, validation.rowsRead);
  const message =
    `${overlap.rows.toLocaleString('en')} of ${validation.rowsRead.toLocaleString('en')} validation rows (${percent(share)}) have a prompt that is in the training data too, ` +
    `e.g. validation row ${example.rows[1] ?? 0} and training row ${example.rows[0] ?? 0}. Validation then measures memory; take them out of one side.`;
  return [finding('data_overlap', 'warning', { path: validation.setting, message })];
}

function batchFindings({ plan, train }: Facts): readonly DataFinding[] {
  if (train.rows === null || train.rows === 0 || !plan.dropLast || train.rows >= plan.batchSize) return [];
  const message = `data.batch_size is ${plan.batchSize} and data.drop_last is on, but there are only ${train.rows} rows: no batch would ever be full. Lower data.batch_size or turn data.drop_last off.`;
  return [finding('data_batch_never_full', 'error', { path: 'data.batch_size', message })];
}

function lengthFindings({ plan, train, validation, tokens }: Facts): readonly DataFinding[] {
  const about = tokens === 'estimate' ? 'about ' : '';
  const splits = [train, ...(validation === null ? [] : [validation])];
  return splits.flatMap((split) => {
    const { overLimit, overSequence, cutResponses, max } = split.prompts;
    const found: DataFinding[] = [];
    if (overLimit > 0) {
      const message = `${split.setting}: ${about}${rowsOf(overLimit, split)} have a prompt above data.max_prompt_length (${plan.maxPromptLength} tokens; the longest has ${about}${max}). ${fateOfLong(plan)}`;
      found.push(finding('data_prompt_too_long', 'warning', { path: 'data.max_prompt_length', message }));
    }
    if (overSequence > 0) {
      const message = `${split.setting}: ${about}${rowsOf(overSequence, split)} have a prompt that leaves no room for a response in ${plan.sequenceKey} (${plan.maxSequenceLength ?? 0}). Their rollouts fail; raise it, or drop those rows.`;
      found.push(
        finding('data_no_room', tokens === 'estimate' ? 'warning' : 'error', {
          path: plan.sequenceKey,
          message,
        }),
      );
    }
    if (cutResponses > 0) {
      const message = `${split.setting}: for ${about}${rowsOf(cutResponses, split)} the prompt and the longest response (${plan.maxResponseLength}) do not fit into ${plan.sequenceKey} (${plan.maxSequenceLength ?? 0}); such responses are cut off there.`;
      found.push(finding('data_response_cut', 'warning', { path: plan.sequenceKey, message }));
    }
    return found;
  });
}

/** What becomes of a prompt above the limit. */
function fateOfLong({ filterPrompts }: Facts['plan']): string {
  return filterPrompts
    ? 'They are dropped before training (data.filter_prompts is on).'
    : 'They are kept, since data.filter_prompts is off; turn it on to drop them, or raise the limit.';
}

/** What the prompt filter would leave; only where tokens are counted and all rows have been. */
function filterFindings({ plan, train, tokens }: Facts): readonly DataFinding[] {
  const { counted, overLimit } = train.prompts;
  if (!plan.filterPrompts || tokens === 'estimate' || overLimit === 0 || counted < train.rowsRead) return [];
  const left = counted - overLimit;
  const limit = `data.max_prompt_length (${plan.maxPromptLength} tokens)`;
  if (left === 0) {
    const message = `data.filter_prompts drops every row: all prompts are above ${limit}. Raise it, or turn the filter off.`;
    return [finding('data_all_filtered', 'error', { path: 'data.max_prompt_length', message })];
  }
  if (!plan.dropLast || left >= plan.batchSize || train.rows !== train.rowsRead) return [];
  const message = `data.filter_prompts leaves ${left} rows under ${limit}, fewer than data.batch_size (${plan.batchSize}), and data.drop_last is on: no batch would ever be full. Lower data.batch_size or turn data.drop_last off.`;
  return [finding('data_batch_never_full', 'error', { path: 'data.batch_size', message })];
}

function tokenizerFindings({ plan }: Facts, reason: string | null): readonly DataFinding[] {
  if (reason === null) return [];
  const lost = plan.filterPrompts ? 'data.filter_prompts needs it' : 'Token counts are estimates';
  const severity = plan.filterPrompts ? 'warning' : 'info';
  return [
    finding('data_no_tokenizer', severity, {
      path: plan.tokenizer === null ? 'data.tokenizer_path' : plan.tokenizerKey,
      message: `${lost}: ${reason}`,
    }),
  ];
}

function patternFindings({ plan }: Facts): readonly DataFinding[] {
  if (plan.backend === 'embedded') return [];
  const patterns = [...plan.trainFiles, ...(plan.validationFiles ?? [])].filter(isPattern);
  const [first] = patterns;
  if (first === undefined) return [];
  const message = `${first} is a pattern. Galley expands it; NexRL takes it for the name of one file. List the files one by one for NexRL.`;
  return [finding('data_pattern', 'warning', { path: 'data.data_files', message })];
}

function kindsOf({ columns }: SplitProfile, name: string): string {
  const kinds = columns.find((column) => column.name === name)?.kinds ?? [];
  return kinds.map(({ kind, count }) => `${kind} (${count.toLocaleString('en')})`).join(', ');
}

function rowsOf(count: number, { rowsRead }: SplitProfile): string {
  return `${count.toLocaleString('en')} of ${rowsRead.toLocaleString('en')} rows (${percent(count / Math.max(1, rowsRead))})`;
}

function percent(share: number): string {
  const value = share * 100;
  if (value === 0 || value >= 99.95) return `${Math.round(value)} %`;
  return value < 0.1 ? '< 0.1 %' : `${value.toFixed(1)} %`;
}
