'use client';

import { useMemo } from 'react';
import { Badge } from '@/components/ui/badge';
import { Card, CardHeader, CardTitle } from '@/components/ui/card';
import { Select } from '@/components/ui/select';
import { Skeleton } from '@/components/ui/skeleton';
import type { CompareView } from '@/lib/api-client/run-urls';
import { formatNumber, formatSigned } from '@/lib/charts/format-value';
import type { MetricInfo } from '@/lib/domain/metric';
import type { Comparability } from '@/lib/insight/compare/comparability';
import type { RunGroup } from '@/lib/insight/compare/group-runs';
import { judge, type Scores, type Verdict } from '@/lib/insight/compare/verdict';
import { verdictSentences } from '@/lib/insight/compare/verdict-words';
import { ComparableBadge } from './comparable-badge';
import type { ComparedRun } from './compared-run';
import { curveScores } from './curve-scores';
import { IntervalBar } from './interval-bar';
import type { PromptScores } from './use-prompt-scores';

type VerdictCardProps = {
  /** Runs of both sides. */
  readonly judged: readonly ComparedRun[];
  readonly heldOut: PromptScores;
  readonly groups: readonly RunGroup[];
  readonly sides: readonly [RunGroup, RunGroup];
  /** What decides. */
  readonly info: MetricInfo;
  readonly basis: CompareView['basis'];
  readonly comparability: Comparability;
  /** Settings in which the sides differ and that change what the verdict means. */
  readonly structural: readonly string[];
  readonly onChange: (change: Readonly<Record<string, string | number | null>>) => void;
};

/** Is one side better than the other? With an interval, what it rests on, and what is missing while it is open. */
export function VerdictCard(props: VerdictCardProps) {
  const { judged, heldOut, groups, info, onChange } = props;
  const [a, b] = props.sides;
  const isHeldOut = props.basis === 'held-out';
  const ofCurve = useCurveScores(judged);
  const scores = isHeldOut ? heldOut.scores : ofCurve;
  const { better } = info;
  const verdict = useVerdict(scores, { a, b, better, isSequence: !isHeldOut });
  const { tone, reason } = props.comparability;
  return (
    <Card aria-label="Verdict" className="flex flex-col gap-2 pb-3">
      <CardHeader>
        <CardTitle>Is one better?</CardTitle>
        <ComparableBadge {...props.comparability} />
        <span className="ml-auto flex flex-wrap items-center gap-2">
          <SidePicker label="Baseline" groups={groups} value={a.id} onChange={(id) => onChange({ a: id })} />
          <SidePicker label="Against" groups={groups} value={b.id} onChange={(id) => onChange({ b: id })} />
          <Select
            aria-label="What decides"
            value={props.basis}
            onChange={(event) => onChange({ basis: event.target.value })}
          >
            <option value="held-out">by held-out prompts</option>
            <option value="curve">by the last steps of the curve</option>
          </Select>
        </span>
      </CardHeader>
      <div className="flex flex-col gap-2 px-3">
        {isHeldOut && heldOut.isLoading ? (
          <Skeleton className="h-16" />
        ) : tone === 'error' ? (
          <p className="text-warning">No verdict: {reason}</p>
        ) : verdict === null ? (
          <p className="text-muted">{isHeldOut ? heldOut.missing : NO_CURVE}</p>
        ) : (
          <VerdictText
            verdict={verdict}
            names={{ a: a.title, b: b.title }}
            judged={{ better, unit: isHeldOut ? 'prompts' : 'steps' }}
          />
        )}
        {tone === 'warning' ? <p className="text-warning">{reason}</p> : null}
        {isHeldOut && verdict !== null ? <p className="text-sm text-muted">{heldOut.basis}</p> : null}
        {props.structural.length === 0 ? null : (
          <p className="text-sm">
            <span className="font-medium">Also different:</span>{' '}
            <span className="font-mono break-all">{props.structural.join(' · ')}</span>
          </p>
        )}
      </div>
    </Card>
  );
}

const NO_CURVE = 'The two have fewer than five steps of this metric in common.';

/** Sides of the address, or the first two groups. */
export function sidesOf(
  groups: readonly RunGroup[],
  view: Pick<CompareView, 'a' | 'b'>,
): readonly [a: RunGroup | undefined, b: RunGroup | undefined] {
  const a = groups.find(({ id }) => id === view.a) ?? groups.find(({ id }) => id !== view.b);
  const b = groups.find(({ id }) => id === view.b && id !== a?.id) ?? groups.find(({ id }) => id !== a?.id);
  return [a, b];
}

/** The same map while the curves are: thousands of resamples are drawn from it. */
function useCurveScores(judged: readonly ComparedRun[]): ReadonlyMap<number, Scores> {
  const scores = curveScores(judged);
  const identity = JSON.stringify([...scores].map(([run, points]) => [run, [...points]]));
  // eslint-disable-next-line react-hooks/exhaustive-deps -- says what the map says
  return useMemo(() => scores, [identity]);
}

function useVerdict(
  scores: ReadonlyMap<number, Scores>,
  asked: {
    readonly a: RunGroup;
    readonly b: RunGroup;
    readonly better: MetricInfo['better'];
    readonly isSequence: boolean;
  },
): Verdict | null {
  const { better, isSequence } = asked;
  const [a, b] = [asked.a.runs.join(','), asked.b.runs.join(',')];
  return useMemo(() => {
    const side = (ids: string): readonly Scores[] =>
      ids.split(',').flatMap((id) => scores.get(Number(id)) ?? []);
    return judge({ a: side(a), b: side(b) }, { better, isSequence });
  }, [scores, a, b, better, isSequence]);
}

function VerdictText(props: {
  verdict: Verdict;
  names: { readonly a: string; readonly b: string };
  judged: Parameters<typeof verdictSentences>[2];
}) {
  const { verdict, names } = props;
  const { headline, basis, missing } = verdictSentences(verdict, names, props.judged);
  return (
    <>
      <p className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <span className="text-lg font-semibold">{headline}</span>
        <Badge tone={verdict.outcome === 'undecided' ? 'neutral' : 'ok'}>
          {formatNumber(verdict.means.a)} → {formatNumber(verdict.means.b)} (
          {formatSigned(verdict.difference)})
        </Badge>
      </p>
      <IntervalBar verdict={verdict} />
      <p className="text-sm text-muted">{basis}</p>
      {missing === null ? null : <p>{missing}</p>}
    </>
  );
}

function SidePicker(props: {
  label: string;
  groups: readonly RunGroup[];
  value: string;
  onChange: (id: string) => void;
}) {
  return (
    <Select
      aria-label={props.label}
      className="max-w-56"
      value={props.value}
      onChange={(event) => props.onChange(event.target.value)}
    >
      {props.groups.map(({ id, title, runs }) => (
        <option key={id} value={id}>
          {title}
          {runs.length > 1 ? ` (${runs.length} runs)` : ''}
        </option>
      ))}
    </Select>
  );
}
