'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { EmptyState } from '@/components/ui/empty-state';
import { Button } from '@/components/ui/button';
import { Skeleton } from '@/components/ui/skeleton';
import { dataProfileQuery } from '@/lib/api-client/recipe-data';
import type { DataPlan, DataProfile } from '@/lib/domain/data-profile';
import type { Diagnostic } from '@/lib/recipes/diagnostic';
import { DataDrop } from './data-drop';
import { DataFindings } from './data-findings';
import { SplitView } from './split-view';

export type DataPaneProps = {
  /** Null while the variant does not compose, or names no data. */
  readonly plan: DataPlan | null;
  readonly recipe: string;
  /** Shows where a config key is set. */
  readonly onShowKey: (path: string) => void;
  readonly onFix: (diagnostic: Diagnostic) => void;
};

/** What is in the data files that the variant names, what is wrong with it, and a place to bring new data to. */
export function DataPane({ plan, recipe, onShowKey, onFix }: DataPaneProps) {
  const client = useQueryClient();
  return (
    <div className="flex flex-col gap-4 p-3">
      {plan === null ? (
        <p className="text-muted">
          Nothing is known of the data while this variant does not compose, or names no files in
          data.data_files.
        </p>
      ) : (
        <ProfileOf plan={plan} onShowKey={onShowKey} />
      )}
      <DataDrop
        recipe={recipe}
        entry={plan?.entry ?? null}
        onFix={onFix}
        onMade={() => void client.invalidateQueries({ queryKey: ['recipes', 'data'] })}
      />
    </div>
  );
}

function ProfileOf({ plan, onShowKey }: { plan: DataPlan; onShowKey: (path: string) => void }) {
  const { data, error, refetch } = useQuery(dataProfileQuery(plan));
  if (error !== null) {
    return (
      <EmptyState
        title="The data cannot be shown"
        tone="error"
        className="py-6"
        actions={<Button onClick={() => void refetch()}>Try again</Button>}
      >
        {error.message}
      </EmptyState>
    );
  }
  return <Answer progress={data?.progress ?? 0} answer={data} onShowKey={onShowKey} />;
}

function Answer(props: {
  progress: number;
  answer: { readonly profile: DataProfile | null; readonly isComplete: boolean } | undefined;
  onShowKey: (path: string) => void;
}) {
  const { progress, answer } = props;
  if (answer === undefined || answer.profile === null) {
    return (
      <div aria-busy className="flex flex-col gap-2">
        <Reading progress={progress} />
        <Skeleton className="h-24" />
      </div>
    );
  }
  return (
    <>
      {answer.isComplete ? null : <Reading progress={progress} />}
      <Splits profile={answer.profile} isComplete={answer.isComplete} onShowKey={props.onShowKey} />
    </>
  );
}

function Splits(props: { profile: DataProfile; isComplete: boolean; onShowKey: (path: string) => void }) {
  const { profile } = props;
  return (
    <>
      <DataFindings findings={profile.findings} isComplete={props.isComplete} onShowKey={props.onShowKey} />
      <div className="grid grid-cols-[repeat(auto-fit,minmax(min(100%,22rem),1fr))] gap-4">
        <SplitView title="Training data" split={profile.train} profile={profile} />
        {profile.validation === null ? (
          <p className="text-muted">No validation data: validate.data.data_files is not set.</p>
        ) : (
          <SplitView title="Validation data" split={profile.validation} profile={profile} />
        )}
      </div>
      <Overlap profile={profile} />
    </>
  );
}

function Reading({ progress }: { progress: number }) {
  return (
    <p role="status" className="text-muted">
      Reading the files: {Math.round(progress * 100)} %. Figures are of their beginning until then.
    </p>
  );
}

function Overlap({ profile: { overlap, validation } }: { profile: DataProfile }) {
  if (overlap === null || validation === null) return null;
  return (
    <section aria-label="Overlap">
      <h3 className="font-semibold">Overlap</h3>
      <p>
        {overlap.rows === 0
          ? 'No validation prompt is in the training data.'
          : `${overlap.rows.toLocaleString('en')} of ${validation.rowsRead.toLocaleString('en')} validation rows have a prompt that is in the training data too.`}
      </p>
      <ul className="font-mono text-sm text-muted">
        {overlap.examples.map(({ text, rows }) => (
          <li key={rows.join(' ')} className="truncate" title={text}>
            training row {rows[0]}, validation row {rows[1]}: {text}
          </li>
        ))}
      </ul>
    </section>
  );
}
