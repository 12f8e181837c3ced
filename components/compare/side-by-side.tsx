'use client';

import { useQuery } from '@tanstack/react-query';
import { Card, CardHeader, CardTitle } from '@/components/ui/card';
import { Select } from '@/components/ui/select';
import { Skeleton } from '@/components/ui/skeleton';
import { rolloutHref } from '@/lib/api-client/run-urls';
import { groupRolloutsQuery, rolloutQuery } from '@/lib/api-client/trajectories';
import type { TrajectoryPage } from '@/lib/api-client/wire';
import { formatNumber, formatSigned } from '@/lib/charts/format-value';
import type { RunGroup } from '@/lib/insight/compare/group-runs';
import { promptKey, type PromptScore } from '@/lib/insight/compare/pair-prompts';
import { visibleText } from '@/lib/insight/visible-text';
import Link from 'next/link';
import type { ComparedRun } from './compared-run';
import type { PromptScores } from './use-prompt-scores';

type Row = TrajectoryPage['rows'][number];

/** Rollouts shown of a prompt on each side; more would be read by nobody here. */
const SAMPLES = 4;
/** Prompts on offer, those that differ most first. */
const OFFERED = 200;

/** The same held-out prompt on both sides: what each run's newest validation answered. */
export function SideBySide(props: {
  compared: readonly ComparedRun[];
  sides: readonly [RunGroup, RunGroup];
  heldOut: PromptScores;
  prompt: string;
  onChange: (change: Readonly<Record<string, string | null>>) => void;
}) {
  const { compared, sides, heldOut } = props;
  const runs = sides.map((side) => compared.find(({ run }) => run.id === side.runs[0]));
  const [a, b] = runs;
  const offers = a === undefined || b === undefined ? [] : commonPrompts(heldOut, a.run.id, b.run.id);
  const chosen = offers.find(({ group }) => group === props.prompt) ?? offers[0];
  if (a === undefined || b === undefined || chosen === undefined) return null;
  return (
    <Card aria-label="Rollouts of the same prompt" className="flex min-w-0 flex-col pb-3">
      <CardHeader>
        <CardTitle>The same prompt, side by side</CardTitle>
        <Select
          aria-label="Prompt"
          className="max-w-full sm:max-w-md"
          value={chosen.group}
          onChange={(event) => props.onChange({ prompt: event.target.value })}
        >
          {offers.slice(0, OFFERED).map(({ group, prompt, difference }) => (
            <option key={group} value={group}>
              {formatSigned(difference)} · {prompt.slice(0, 60)}
            </option>
          ))}
        </Select>
      </CardHeader>
      <p className="px-3 text-sm text-muted">
        {offers.length} common prompts, those that differ most first
        {offers.length > OFFERED ? `; the first ${OFFERED} are on offer` : ''}.
      </p>
      <div className="grid grid-cols-1 gap-3 px-3 pt-2 md:grid-cols-2">
        {[
          { side: a, group: chosen.group },
          { side: b, group: chosen.otherGroup },
        ].map(({ side, group }) => (
          <Side key={side.run.id} compared={side} step={heldOut.steps.get(side.run.id) ?? 0} group={group} />
        ))}
      </div>
    </Card>
  );
}

type Offer = PromptScore & {
  /** The same prompt's row on the other side. */
  readonly otherGroup: string;
  readonly difference: number;
};

/** Prompts that both sides have, by how far the runs differ on them. */
function commonPrompts({ prompts, by }: PromptScores, a: number, b: number): readonly Offer[] {
  const keyOf = (score: PromptScore): string => promptKey(score, by ?? 'words');
  const ofB = new Map((prompts.get(b) ?? []).map((score) => [keyOf(score), score]));
  return (prompts.get(a) ?? [])
    .flatMap((score): readonly Offer[] => {
      const other = ofB.get(keyOf(score));
      if (other === undefined) return [];
      return [{ ...score, otherGroup: other.group, difference: other.mean - score.mean }];
    })
    .toSorted((one, other) => Math.abs(other.difference) - Math.abs(one.difference));
}

function Side(props: { compared: ComparedRun; step: number; group: string }) {
  const { run } = props.compared;
  const { data, error } = useQuery(groupRolloutsQuery(run.id, { step: props.step, group: props.group }));
  const rows = data?.rows ?? [];
  return (
    <section aria-label={`Answers of run ${run.id}`} className="flex min-w-0 flex-col gap-2">
      <h3 className="font-medium">
        run {run.id}{' '}
        <span className="font-normal text-muted">
          {run.name}, after {props.step} steps
        </span>
      </h3>
      {error === null ? null : <p className="text-error">{error.message}</p>}
      {data === undefined && error === null ? <Skeleton className="h-24" /> : null}
      {rows.slice(0, SAMPLES).map((row, index) => (
        <Answer key={row.id} row={row} isFirst={index === 0} />
      ))}
      {rows.length > SAMPLES ? (
        <p className="text-sm text-muted">
          {SAMPLES} of {rows.length} rollouts
        </p>
      ) : null}
    </section>
  );
}

function Answer({ row, isFirst }: { row: Row; isFirst: boolean }) {
  const { data } = useQuery(rolloutQuery(row.runId, row.id));
  const body = data?.row.id === row.id ? data.body : null;
  return (
    <div className="flex flex-col gap-1 rounded-button border bg-panel px-3 py-2">
      {isFirst ? <Text title="Prompt" text={body?.prompt ?? row.promptPreview} isMuted /> : null}
      <Text title="Answer" text={body?.completion ?? row.completionPreview} />
      <p className="text-sm text-muted">
        reward <span className="font-mono font-semibold text-ink">{formatNumber(row.reward)}</span> ·{' '}
        {row.completionTokens} tokens ·{' '}
        <Link href={rolloutHref(row)} className="underline underline-offset-2">
          open rollout {row.id}
        </Link>
      </p>
    </div>
  );
}

function Text(props: { title: string; text: string; isMuted?: boolean }) {
  return (
    <p
      dir="auto"
      aria-label={props.title}
      className={`max-h-80 overflow-y-auto font-mono text-sm break-words whitespace-pre-wrap ${props.isMuted === true ? 'text-muted' : ''}`}
    >
      {visibleText(props.text)}
    </p>
  );
}
