'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Card, CardHeader, CardTitle } from '@/components/ui/card';
import { Table, TableCell, TableHead, TableRow } from '@/components/ui/table';
import { isIgnored } from '@/lib/insight/compare/ignore-keys';
import { diffConfigs } from '@/lib/insight/config-diff';
import type { ComparedRun } from './compared-run';

/** Keys whose resolved values differ, in the config's order. Equal and ignored ones are counted, not shown. */
export function ConfigDifferences(props: {
  runs: readonly ComparedRun[];
  ignored: readonly string[];
  onIgnore: (ignored: readonly string[]) => void;
}) {
  const { runs, ignored, onIgnore } = props;
  const [hasAll, setHasAll] = useState(false);
  const { differences, equal } = diffConfigs(runs.map(({ config }) => config));
  const told = differences.filter(({ path }) => !isIgnored(path, ignored));
  const hidden = differences.length - told.length;
  const shown = hasAll ? differences : told;
  return (
    <Card className="min-w-0">
      <CardHeader className="pb-1">
        <CardTitle>What was configured differently</CardTitle>
        <span className="flex flex-wrap items-center gap-2 text-sm text-muted">
          {equal} equal {equal === 1 ? 'key' : 'keys'} hidden
          {hidden === 0 ? null : (
            <Button size="sm" variant="ghost" aria-pressed={hasAll} onClick={() => setHasAll(!hasAll)}>
              {hasAll ? 'Hide' : 'Show'} {hidden} ignored
            </Button>
          )}
        </span>
      </CardHeader>
      {shown.length === 0 ? (
        <p className="px-3 pb-3 text-muted">
          {runs.length < 2 ? 'Add a run to see what differs.' : nothingWords(hidden)}
        </p>
      ) : (
        <Table label="Differences between the configs">
          <thead>
            <tr>
              <TableHead>Key</TableHead>
              {runs.map(({ run }) => (
                <TableHead key={run.id}>run {run.id}</TableHead>
              ))}
              <TableHead className="relative">
                <span className="sr-only">Ignore</span>
              </TableHead>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ path, values }) => (
              <TableRow key={path}>
                <TableCell className="min-w-40 font-mono text-sm break-all">{path}</TableCell>
                {values.map((value, index) => (
                  <TableCell
                    key={index}
                    className="min-w-24 font-mono text-sm break-all"
                    style={{ color: `var(--layer-${runs[index]?.style.color ?? 'common'}, var(--ink))` }}
                  >
                    {value ?? '—'}
                  </TableCell>
                ))}
                <TableCell className="text-right">
                  <IgnoreButton path={path} ignored={ignored} onIgnore={onIgnore} />
                </TableCell>
              </TableRow>
            ))}
          </tbody>
        </Table>
      )}
    </Card>
  );
}

/** Nothing to press where a key is ignored by nature: names and places. */
function IgnoreButton(props: {
  path: string;
  ignored: readonly string[];
  onIgnore: (ignored: readonly string[]) => void;
}) {
  const { path, ignored, onIgnore } = props;
  if (isIgnored(path, [])) return null;
  const isOut = isIgnored(path, ignored);
  return (
    <Button
      size="sm"
      variant="ghost"
      aria-label={`${isOut ? 'Show' : 'Ignore'} ${path}`}
      onClick={() => onIgnore(isOut ? ignored.filter((key) => !isIgnored(path, [key])) : [...ignored, path])}
    >
      {isOut ? 'Show' : 'Ignore'}
    </Button>
  );
}

function nothingWords(hidden: number): string {
  return hidden === 0
    ? 'Nothing: the runs have the same resolved config.'
    : 'Nothing but names, places and what you ignore.';
}
