import type { ColumnProfile, DataProfile, SplitProfile } from '@/lib/domain/data-profile';
import { formatBytes, textTable, wrapText } from './text-table';

const BAR = 36;

/** A profile for a terminal of 80 columns. */
export function renderDataProfile(profile: DataProfile): string {
  const { train, validation, overlap, findings } = profile;
  const parts = [renderSplit('Training data', train, profile)];
  if (validation !== null) parts.push(renderSplit('Validation data', validation, profile));
  if (overlap !== null && validation !== null) {
    const rows = `${number(overlap.rows)} of ${number(validation.rowsRead)} validation rows`;
    parts.push(
      `Overlap: ${overlap.rows === 0 ? 'no validation prompt is in the training data' : `${rows} are in the training data too`}`,
    );
  }
  parts.push(
    findings.length === 0
      ? 'Findings: none'
      : findings.map(({ severity, message }) => wrapText(`${severity}: ${message}`, '  ')).join('\n'),
  );
  return parts.join('\n\n');
}

function renderSplit(title: string, split: SplitProfile, profile: DataProfile): string {
  const { setting, files, columns, duplicates } = split;
  const lines = [`${title} (${setting})`];
  if (files.length > 0) {
    const rows = files.map((file) => [
      file.named.includes('*') ? file.file : file.named,
      file.rows === null ? '?' : number(file.rows),
      formatBytes(file.bytes),
    ]);
    lines.push(textTable(['FILE', 'ROWS', 'SIZE'], rows));
  }
  if (split.rowsRead === 0) return lines.join('\n');
  lines.push(
    '',
    textTable(['COLUMN', 'TYPE', 'NULLS', 'DISTINCT', 'LENGTH OR RANGE'], columns.map(columnCells)),
  );
  lines.push('', `Repeated prompts: ${number(duplicates.rows)} of ${number(duplicates.compared)} rows`);
  if (split.prompts.counted > 0) lines.push(renderPrompts(split, profile));
  return lines.join('\n');
}

function columnCells({ name, type, nulls, distinct, length, range }: ColumnProfile): readonly string[] {
  const spread = length ?? range;
  return [
    name,
    type,
    number(nulls),
    `${distinct.isExact ? '' : '~'}${number(distinct.count)}`,
    spread === null ? '' : `${short(spread.min)} to ${short(spread.max)}, mean ${short(spread.mean)}`,
  ];
}

function renderPrompts({ prompts, rowsRead }: SplitProfile, { tokens, plan }: DataProfile): string {
  const looked = prompts.counted + prompts.nulls + prompts.other;
  const where = looked < rowsRead ? ` in the first ${number(looked)} rows` : '';
  const unit = UNITS[tokens];
  const most = Math.max(1, ...prompts.bins.map(({ count }) => count));
  const width = String(prompts.bins.at(-1)?.to ?? 0).length;
  const bars = prompts.bins.map(({ from, to, count }) => {
    const range = from === to ? `${from}` : `${from}–${to}`;
    const bar = '█'.repeat(count === 0 ? 0 : Math.max(1, Math.round((BAR * count) / most)));
    const mark = from <= plan.maxPromptLength && plan.maxPromptLength <= to ? '  ← max_prompt_length' : '';
    return `  ${range.padStart(2 * width + 1)} ${bar} ${number(count)}${mark}`.trimEnd();
  });
  const { min, max, median, p95, p99 } = prompts;
  return [
    `Prompt length${where}: ${min} to ${max} ${unit}`,
    `  median ${median}, 95 % up to ${p95}, 99 % up to ${p99}; data.max_prompt_length ${plan.maxPromptLength}`,
    ...bars,
  ].join('\n');
}

const UNITS: Readonly<Record<DataProfile['tokens'], string>> = {
  bytes: 'tokens (bytes)',
  tokenizer: 'tokens',
  estimate: 'tokens, about (estimated from characters)',
};

function number(value: number): string {
  return value.toLocaleString('en');
}

function short(value: number): string {
  return Number.isInteger(value) ? number(value) : Number(value.toPrecision(3)).toLocaleString('en');
}
