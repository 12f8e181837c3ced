'use client';

import { TokenBars } from '@/components/charts/token-bars';
import { Table, TableCell, TableHead, TableRow } from '@/components/ui/table';
import { prepareTokenBars } from '@/lib/charts/prepare-token-bars';
import { formatNumber } from '@/lib/charts/format-value';
import type { ColumnProfile, DataProfile, FileProfile, SplitProfile } from '@/lib/domain/data-profile';
import { SampleRows } from './sample-rows';
import { forecast } from './forecast';

type SplitViewProps = {
  readonly title: string;
  readonly split: SplitProfile;
  readonly profile: DataProfile;
};

/** One list of files: sizes, columns, prompt lengths and rows. */
export function SplitView({ title, split, profile }: SplitViewProps) {
  const { files, columns, prompts, duplicates, rowsRead } = split;
  return (
    <section aria-label={title} className="flex min-w-0 flex-col gap-2">
      <h3 className="font-semibold">{title}</h3>
      <ul>
        {files.map((file) => (
          <FileLine key={file.file} file={file} />
        ))}
      </ul>
      {rowsRead === 0 ? null : (
        <>
          <ColumnTable title={title} columns={columns} />
          <p>
            Repeated prompts: {duplicates.rows.toLocaleString('en')} of{' '}
            {duplicates.compared.toLocaleString('en')} rows.
          </p>
          {prompts.counted === 0 ? null : (
            <>
              <TokenBars
                title={`${title}: prompts by length`}
                model={prepareTokenBars(prompts.bins, profile.plan.maxPromptLength)}
              />
              <p>{forecast(prompts, profile, rowsRead)}</p>
            </>
          )}
          <SampleRows title={title} first={split.first} random={split.random} />
        </>
      )}
    </section>
  );
}

function FileLine({ file: { named, file, format, rows, bytes } }: { file: FileProfile }) {
  const size =
    bytes < 1024 * 1024 ? `${formatNumber(bytes / 1024)} KiB` : `${formatNumber(bytes / 1024 / 1024)} MiB`;
  return (
    <li className="break-all" title={file}>
      <span className="font-mono">{/[*?[]/.test(named) ? file : named}</span>{' '}
      <span className="text-muted">
        {rows === null ? 'counting rows' : `${rows.toLocaleString('en')} rows`}, {size}, {format}
      </span>
    </li>
  );
}

function ColumnTable({ title, columns }: { title: string; columns: readonly ColumnProfile[] }) {
  return (
    <Table label={`${title}: columns`} className="text-sm">
      <thead>
        <tr>
          {['Column', 'Type', 'Nulls', 'Distinct', 'Length or range'].map((name) => (
            <TableHead key={name} className="px-1.5">
              {name}
            </TableHead>
          ))}
        </tr>
      </thead>
      <tbody>
        {columns.map(({ name, type, nulls, distinct, length, range }) => {
          const spread = length ?? range;
          return (
            <TableRow key={name}>
              <TableCell className="px-1.5 py-1 font-mono">{name}</TableCell>
              <TableCell className="max-w-40 truncate px-1.5 py-1" title={type}>
                {type}
              </TableCell>
              <TableCell className="px-1.5 py-1 tabular-nums">{nulls.toLocaleString('en')}</TableCell>
              <TableCell className="px-1.5 py-1 tabular-nums">
                {distinct.isExact ? '' : 'about '}
                {distinct.count.toLocaleString('en')}
              </TableCell>
              <TableCell className="whitespace-nowrap px-1.5 py-1 tabular-nums">
                {spread === null
                  ? '—'
                  : `${boundText(spread.min)} to ${boundText(spread.max)}, mean ${formatNumber(spread.mean)}`}
              </TableCell>
            </TableRow>
          );
        })}
      </tbody>
    </Table>
  );
}

/** Lengths and whole columns have whole bounds; three digits would make 4 a measurement, 4.00. */
function boundText(value: number): string {
  return Number.isSafeInteger(value) ? value.toLocaleString('en') : formatNumber(value);
}
