import Link from 'next/link';
import { BellOffIcon } from 'lucide-react';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { useToday } from '@/components/ui/use-now';
import { recipeHref } from '@/lib/api-client/recipe-urls';
import { runHref } from '@/lib/api-client/run-urls';
import { formatClock } from '@/lib/charts/format-time';
import { formatValue } from '@/lib/charts/format-value';
import { metricInfo } from '@/lib/domain/metric-info';
import type { Run } from '@/lib/domain/run';
import type { Advice, Advisory, Evidence } from '@/lib/insight/health/health';
import { kindWords, severityWords } from '@/lib/insight/health-words';
import { StatusMark } from '../status-mark';

/** Steps shown on either side of an advisory's range, to see the change in it. */
const MARGIN = 20;

/** One thing that is wrong: what it means, the numbers, what to change. */
export function AdvisoryItem(props: { run: Run; advisory: Advisory; onMute: () => void }) {
  const { run, advisory } = props;
  const words = severityWords(advisory.severity);
  const today = useToday();
  const { step, time } = advisory.began;
  const since =
    time === null || today === null
      ? `since step ${step}`
      : `since step ${step}, ${formatClock(new Date(time).toISOString(), today)}`;
  return (
    <li className="flex flex-col gap-1.5 border-b px-3 py-2.5 last:border-b-0">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <Badge tone={words.tone} className="gap-1.5">
          <StatusMark shape={words.shape} />
          {words.word}
        </Badge>
        <h2 className="font-semibold">{advisory.title}</h2>
        <span className="text-sm text-muted">
          {since} · {kindWords(advisory.kind)}
        </span>
        <Button
          size="sm"
          variant="ghost"
          className="ml-auto"
          aria-label={`Mute ${advisory.title} for this run`}
          onClick={props.onMute}
        >
          <BellOffIcon />
          Mute
        </Button>
      </div>
      <p>{advisory.meaning}</p>
      <div className="grid grid-cols-1 gap-x-6 gap-y-2 lg:grid-cols-2">
        {advisory.evidence.length === 0 ? null : (
          <ul aria-label="Evidence" className="flex flex-col gap-0.5 text-sm">
            {advisory.evidence.map((evidence) => (
              <EvidenceLine key={evidence.key} run={run} evidence={evidence} began={step} />
            ))}
          </ul>
        )}
        {advisory.advice.length === 0 ? null : (
          <ul aria-label="What to change" className="flex flex-col gap-0.5 text-sm">
            {advisory.advice.map((advice) => (
              <AdviceLine key={advice.key} run={run} advice={advice} />
            ))}
          </ul>
        )}
      </div>
    </li>
  );
}

function EvidenceLine(props: { run: Run; evidence: Evidence; began: number }) {
  const { key, healthy, now } = props.evidence;
  const { unit, title } = metricInfo(key);
  const href = runHref(props.run.id, 'metrics', {
    search: key,
    from: Math.max(0, Math.min(props.began, now.from) - MARGIN),
    to: now.to,
  });
  return (
    <li>
      <Link href={href} className="font-medium underline-offset-2 hover:underline">
        {title}
      </Link>{' '}
      <span className="font-mono font-semibold">{formatValue(now.value, unit)}</span>{' '}
      <span className="text-muted">
        over {steps(now)}
        {healthy === null ? '' : `, ${formatValue(healthy.value, unit)} over the healthy ${steps(healthy)}`}
      </span>
    </li>
  );
}

function AdviceLine({ run, advice }: { run: Run; advice: Advice }) {
  const { key, current, suggested, why } = advice;
  return (
    <li>
      <Link
        href={recipeHref(run.recipe, { variant: run.variant, key })}
        className="font-mono break-all text-accent underline underline-offset-2"
      >
        {key}
      </Link>{' '}
      {suggested === null ? null : (
        <span className="font-mono">
          <span className="text-muted">{current ?? 'not set'} →</span> {suggested}
        </span>
      )}{' '}
      <span className="text-muted">{why}</span>
    </li>
  );
}

function steps({ from, to }: { readonly from: number; readonly to: number }): string {
  return from === to ? `step ${from}` : `steps ${from} to ${to}`;
}
