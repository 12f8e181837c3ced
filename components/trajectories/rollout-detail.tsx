'use client';

import { useQuery } from '@tanstack/react-query';
import { EmptyState } from '@/components/ui/empty-state';
import { Segments } from '@/components/ui/segments';
import { Skeleton } from '@/components/ui/skeleton';
import type { RolloutView } from '@/lib/api-client/run-urls';
import { rolloutQuery } from '@/lib/api-client/trajectories';
import type { TrajectoryDetail, TrajectoryPage } from '@/lib/api-client/wire';
import type { RunId } from '@/lib/domain/run';
import { visibleText } from '@/lib/insight/visible-text';
import { GroupCard } from './group-card';
import { RolloutFacts } from './rollout-facts';
import { ForeignText } from './foreign-text';
import { Part } from './part';
import { TokenLegend, TokenText } from './token-text';
import { tokensOf } from './tokens-of';
import { TurnList } from './turn-list';

const OVERLAYS = [
  { value: 'logprob', title: 'Log-probability' },
  { value: 'mask', title: 'Trained on' },
  { value: 'plain', title: 'Plain text' },
] as const;

/** One rollout: what was asked, what came, what was wanted, and how it was scored. */
export function RolloutDetail(props: {
  id: RunId;
  trajectory: number;
  siblings: TrajectoryPage['rows'];
  color: RolloutView['color'];
  onChange: (change: Readonly<Record<string, string | number | null>>) => void;
}) {
  const { data, error } = useQuery(rolloutQuery(props.id, props.trajectory));
  if (data === undefined) {
    if (error === null) return <Skeleton className="m-4 h-80 rounded-card" />;
    return (
      <EmptyState title="The rollout cannot be shown" tone="error">
        {error.message}
      </EmptyState>
    );
  }
  const { row } = data;
  return (
    <div className="grid grid-cols-1 xl:grid-cols-[minmax(0,1fr)_19rem]">
      <article aria-label={`Rollout ${row.id}`} className="flex min-w-0 flex-col gap-4 p-4">
        {data.body.turns.length > 0 ? null : (
          <Part role="Prompt" detail={`${row.promptTokens} tokens`}>
            <ForeignText text={data.body.prompt} />
          </Part>
        )}
        <Completion detail={data} color={props.color} onColor={(color) => props.onChange({ color })} />
        <Part role="Ground truth">
          <ForeignText text={data.body.groundTruth === '' ? '—' : data.body.groundTruth} />
        </Part>
        {row.error === null ? null : (
          <Part role="Error">
            <p className="whitespace-pre-wrap text-error">{visibleText(row.error)}</p>
          </Part>
        )}
      </article>
      <aside
        aria-label="Facts"
        className="flex min-w-0 flex-col gap-4 border-l p-4 max-xl:border-t max-xl:border-l-0"
      >
        <GroupCard
          row={row}
          siblings={props.siblings.filter(({ group }) => group === row.group)}
          onSelect={(rollout) => props.onChange({ rollout })}
        />
        <RolloutFacts detail={data} />
      </aside>
    </div>
  );
}

function Completion(props: {
  detail: TrajectoryDetail;
  color: RolloutView['color'];
  onColor: (color: RolloutView['color']) => void;
}) {
  const { row, body } = props.detail;
  return (
    <Part
      role={body.turns.length > 0 ? 'Conversation' : 'Completion'}
      detail={`${row.completionTokens} tokens`}
      controls={
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs">
          {body.turns.length > 0 && props.color !== 'plain' ? <TokenLegend color={props.color} /> : null}
          <Segments
            size="sm"
            label="Colour tokens by"
            value={props.color}
            options={OVERLAYS}
            onChange={props.onColor}
          />
        </div>
      }
    >
      {body.turns.length > 0 ? (
        <TurnList key={row.id} turns={body.turns} sequences={body.sequences} color={props.color} />
      ) : props.color === 'plain' ? (
        <ForeignText text={body.completion} />
      ) : (
        <TokenText
          key={row.id}
          {...tokensOf(body.sequences[0], { start: row.promptTokens })}
          color={props.color}
        />
      )}
    </Part>
  );
}
