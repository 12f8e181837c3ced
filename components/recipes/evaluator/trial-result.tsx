import { formatValue } from '@/lib/charts/format-value';
import type { Trial } from '@/lib/launch/trial/trial';

/** What the evaluator said of one answer. */
export function TrialResult({
  trial,
  onPlace,
}: {
  trial: Trial;
  onPlace: (place: NonNullable<Trial['place']>) => void;
}) {
  const { evaluation, milliseconds, printed, place } = trial;
  return (
    <section aria-label="Result" className="grid gap-3 border-t pt-3">
      {evaluation.ok ? (
        <>
          <p className="flex items-baseline gap-3">
            <span className="text-muted">Reward</span>
            <output aria-label="Reward" className="font-mono text-2xl font-semibold tabular-nums">
              {String(evaluation.reward)}
            </output>
            <span className="ml-auto text-sm text-muted">{formatValue(milliseconds)} ms</span>
          </p>
          <Facts title="Metrics" values={evaluation.metrics} />
          {evaluation.groundTruth === '' ? null : (
            <Facts title="Ground truth" values={{ ground_truth: evaluation.groundTruth }} />
          )}
          <Facts title="Extra info" values={evaluation.extraInfo} />
        </>
      ) : (
        <p role="alert" className="break-words text-error">
          {evaluation.message}{' '}
          {place === null ? null : (
            <button type="button" className="font-mono text-sm underline" onClick={() => onPlace(place)}>
              Open {place.file}:{place.line}
            </button>
          )}
        </p>
      )}
      {printed.length === 0 ? null : (
        <div>
          <h3 className="mb-1 text-sm text-muted">Printed</h3>
          <pre className="max-h-40 overflow-auto rounded-button bg-sunken p-2 font-mono text-sm">
            {printed.join('\n')}
          </pre>
        </div>
      )}
    </section>
  );
}

function Facts({ title, values }: { title: string; values: Readonly<Record<string, unknown>> }) {
  const entries = Object.entries(values);
  if (entries.length === 0) return null;
  return (
    <div>
      <h3 className="mb-1 text-sm text-muted">{title}</h3>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-0.5 font-mono text-sm">
        {entries.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd className="min-w-0 break-words whitespace-pre-wrap tabular-nums">
              {typeof value === 'string' ? value : JSON.stringify(value)}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
