'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import type { SampleRow } from '@/lib/domain/data-profile';

type Kind = 'first' | 'random';

/** Some rows; one that is pressed shows its values whole. */
export function SampleRows(props: { title: string } & Readonly<Record<Kind, readonly SampleRow[]>>) {
  const [kind, setKind] = useState<Kind>('first');
  const rows = kind === 'first' ? props.first : props.random;
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <div role="group" aria-label={`${props.title}: which rows`} className="flex gap-1">
        <Choice isChosen={kind === 'first'} onChoose={() => setKind('first')}>
          First rows
        </Choice>
        {props.random.length === 0 ? null : (
          <Choice isChosen={kind === 'random'} onChoose={() => setKind('random')}>
            Random rows
          </Choice>
        )}
      </div>
      {rows.map((row) => (
        <details key={`${kind} ${row.row}`} className="min-w-0 rounded-chip border px-2 py-1">
          <summary className="cursor-pointer truncate text-sm">
            <span className="text-muted tabular-nums">row {row.row.toLocaleString('en')}</span>{' '}
            <span className="font-mono">
              {row.cells
                .map(({ text }) => text)
                .join(' · ')
                .slice(0, 200)}
            </span>
          </summary>
          <dl className="mt-1 grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1 text-sm">
            {row.cells.map(({ column, text, isCut }) => (
              <div key={column} className="contents">
                <dt className="font-mono text-muted">{column}</dt>
                <dd className="max-h-60 overflow-auto font-mono break-words whitespace-pre-wrap">
                  {text}
                  {isCut ? ' …' : ''}
                </dd>
              </div>
            ))}
          </dl>
        </details>
      ))}
    </div>
  );
}

function Choice(props: { isChosen: boolean; onChoose: () => void; children: string }) {
  return (
    <Button
      size="sm"
      variant={props.isChosen ? 'outline' : 'ghost'}
      aria-pressed={props.isChosen}
      onClick={props.onChoose}
    >
      {props.children}
    </Button>
  );
}
