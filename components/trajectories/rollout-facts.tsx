import type { TrajectoryDetail } from '@/lib/api-client/wire';
import { formatNumber, formatSigned } from '@/lib/charts/format-value';
import { visibleText } from '@/lib/insight/visible-text';

/** How it was scored, and how it came about. */
export function RolloutFacts({ detail: { row, body } }: { detail: TrajectoryDetail }) {
  const scores = Object.entries(body.metrics).map(([name, value]) => [name, formatNumber(value)] as const);
  return (
    <>
      <Facts
        title="Reward"
        facts={[['reward', formatNumber(row.reward)], ['advantage', formatSigned(row.advantage)], ...scores]}
      />
      <Facts
        title="How it came about"
        facts={[
          ['stopped by', row.stopReason === 'length' ? 'the length limit' : row.stopReason],
          ['weight version', String(row.weightVersion)],
          ['step · attempt', `${row.step} · ${row.attempt}`],
          ['group · sample', `${visibleText(row.group)} · ${row.sample + 1}`],
        ]}
      />
      <Facts title="Added by the evaluator" facts={shown(body.extraInfo)} />
      <Facts title="The data row" facts={shown(body.data)} />
    </>
  );
}

function shown(record: Readonly<Record<string, unknown>>): readonly (readonly [string, string])[] {
  return Object.entries(record).map(([name, value]) => [
    name,
    visibleText(typeof value === 'string' ? value : JSON.stringify(value)),
  ]);
}

function Facts({ title, facts }: { title: string; facts: readonly (readonly [string, string])[] }) {
  if (facts.length === 0) return null;
  return (
    <section aria-label={title}>
      <h2 className="mb-1 font-semibold">{title}</h2>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-0.5 text-sm">
        {facts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd className="text-right font-mono break-words">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
