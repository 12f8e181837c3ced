'use client';

import { cn } from '@/components/ui/cn';
import type { TrajectoryPage } from '@/lib/api-client/wire';
import { formatNumber, formatSigned } from '@/lib/charts/format-value';
import { explainAdvantage } from '@/lib/insight/explain-advantage';

type Row = TrajectoryPage['rows'][number];

/** The rollouts of the same prompt beside this one, and what its advantage is made of. */
export function GroupCard(props: { row: Row; siblings: readonly Row[]; onSelect: (id: number) => void }) {
  const { row } = props;
  const siblings = props.siblings.toSorted((a, b) => a.sample - b.sample);
  // the trainer leaves failed ones out: their 0 is no reward
  const rewards = siblings.filter(({ error }) => error === null).map(({ reward }) => reward);
  const failed = siblings.length - rewards.length;
  const reading = explainAdvantage(rewards, row.reward, row.advantage);
  const highest = Math.max(1e-9, ...rewards.map(Math.abs));
  return (
    <section aria-label="Group">
      <h2 className="mb-2 font-semibold">
        Group of {siblings.length}{' '}
        <span className="font-normal text-muted">
          mean {formatNumber(reading.mean)} · std {formatNumber(reading.std)}
          {failed === 0 ? '' : ` · ${failed} failed`}
        </span>
      </h2>
      <div className="flex h-14 items-end gap-1">
        {siblings.map((sibling) => (
          <button
            key={sibling.id}
            type="button"
            aria-label={`Sample ${sibling.sample + 1}, ${outcome(sibling)}`}
            aria-current={sibling.id === row.id ? 'true' : undefined}
            title={`sample ${sibling.sample + 1}: ${outcome(sibling)}`}
            className="group flex h-full max-w-9 flex-1 items-end border-b"
            onClick={() => props.onSelect(sibling.id)}
          >
            <span
              className={cn(
                'w-full rounded-t-[2px]',
                sibling.id === row.id
                  ? 'bg-accent'
                  : 'bg-series-self-hosted/55 group-hover:bg-series-self-hosted',
              )}
              style={{ height: `max(2px, ${(100 * Math.abs(sibling.reward)) / highest}%)` }}
            />
          </button>
        ))}
      </div>
      {siblings.length <= 8 ? (
        <div aria-hidden className="flex gap-1 text-center text-xs text-muted">
          {siblings.map((sibling) => (
            <span key={sibling.id} className="max-w-9 flex-1 truncate">
              {sibling.error === null ? formatNumber(sibling.reward, 2) : '—'}
            </span>
          ))}
        </div>
      ) : null}
      <p className="mt-2 rounded-button border px-2.5 py-1.5 font-mono text-sm">
        <span className="text-muted">advantage = </span>
        {row.advantage === null
          ? '— (not trained on)'
          : (reading.formula ?? `${formatSigned(row.advantage)}, as recorded`)}
      </p>
    </section>
  );
}

function outcome({ error, reward }: Row): string {
  return error === null ? `reward ${formatNumber(reward)}` : 'failed';
}
