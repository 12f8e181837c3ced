'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { callAction } from '@/components/ui/call-action';
import { Input } from '@/components/ui/input';
import type { CaseResult, EvaluatorCase, Trial, TrialInput } from '@/lib/launch/trial/trial';
import type { EvaluatorActions } from './evaluator-actions';
import { unwrap } from './use-trial';

export type CaseListProps = {
  readonly recipe: string;
  readonly entry: string;
  readonly actions: EvaluatorActions;
  /** The trial in view, which can be kept as a case; null = none. */
  readonly outcome: { readonly input: TrialInput; readonly trial: Trial } | null;
  readonly onOpen: (input: TrialInput) => void;
};

/** Saved trials of a recipe: what must come out of the evaluator whatever is changed in it. */
export function CaseList({ recipe, entry, actions, outcome, onOpen }: CaseListProps) {
  const { cases, results, problem, isTesting, test, keep, remove } = useCases(actions, { recipe, entry });
  return (
    <section aria-label="Saved cases" className="grid gap-2 border-t pt-3">
      <header className="flex items-center gap-2">
        <h3 className="font-semibold">Cases</h3>
        <Verdict results={[...results.values()]} />
        <Button
          size="sm"
          className="ml-auto"
          disabled={cases === null || cases.length === 0 || isTesting}
          onClick={test}
        >
          {isTesting ? 'Running…' : 'Run all'}
        </Button>
      </header>
      {problem === null ? null : (
        <p role="alert" className="break-words text-error">
          {problem}
        </p>
      )}
      {cases?.length === 0 ? (
        <p className="text-sm text-muted">
          None yet. Run the evaluator on an answer, and keep what came out as a case.
        </p>
      ) : null}
      <ul className="grid gap-1">
        {cases?.map((one) => (
          <CaseRow
            key={one.name}
            one={one}
            result={results.get(one.name)}
            onOpen={() => onOpen(one)}
            onRemove={() => remove(one.name)}
          />
        ))}
      </ul>
      <KeepCase outcome={outcome} onKeep={keep} />
    </section>
  );
}

function useCases(actions: EvaluatorActions, { recipe, entry }: { recipe: string; entry: string }) {
  const client = useQueryClient();
  const queryKey = ['recipes', 'evaluator-cases', recipe];
  const cases = useQuery({
    queryKey,
    queryFn: async () => unwrap(await callAction(actions.cases, { recipe })),
    retry: false,
  });
  const test = useMutation({
    mutationFn: async () => unwrap(await callAction(actions.test, { recipe, entry })),
  });
  const change = useMutation({
    mutationFn: async (work: () => Promise<readonly EvaluatorCase[]>) => work(),
    onSuccess: (next) => {
      client.setQueryData(queryKey, next);
      test.reset();
    },
  });
  const [report] = test.data ?? [];
  const error = cases.error ?? change.error ?? test.error;
  return {
    cases: cases.data ?? null,
    results: new Map(report?.results.map((result) => [result.name, result])),
    problem: error?.message ?? report?.refusal ?? null,
    isTesting: test.isPending,
    test: () => test.mutate(),
    keep: (added: EvaluatorCase) =>
      change.mutate(async () => unwrap(await callAction(actions.saveCase, { recipe, added }))),
    remove: (name: string) =>
      change.mutate(async () => unwrap(await callAction(actions.removeCase, { recipe, name }))),
  };
}

function Verdict({ results }: { results: readonly CaseResult[] }) {
  if (results.length === 0) return null;
  const failed = results.filter(({ differences }) => differences.length > 0).length;
  return (
    <span role="status" className={failed === 0 ? 'text-ok' : 'text-error'}>
      {results.length - failed} passed, {failed} failed
    </span>
  );
}

function CaseRow(props: {
  one: EvaluatorCase;
  result: CaseResult | undefined;
  onOpen: () => void;
  onRemove: () => void;
}) {
  const { one, result } = props;
  return (
    <li className="grid gap-0.5">
      <div className="flex items-center gap-2">
        <span
          aria-hidden
          className={
            result === undefined ? 'text-muted' : result.differences.length === 0 ? 'text-ok' : 'text-error'
          }
        >
          {result === undefined ? '○' : result.differences.length === 0 ? '✓' : '✗'}
        </span>
        <button type="button" className="min-w-0 truncate text-left hover:underline" onClick={props.onOpen}>
          {one.name}
        </button>
        <span className="ml-auto font-mono text-sm text-muted">reward {one.expect.reward}</span>
        <Button variant="ghost" size="sm" aria-label={`Remove case ${one.name}`} onClick={props.onRemove}>
          Remove
        </Button>
      </div>
      {(result?.differences ?? []).map((difference) => (
        <p key={difference} className="pl-5 text-sm break-words text-error">
          {difference}
        </p>
      ))}
    </li>
  );
}

function KeepCase({
  outcome,
  onKeep,
}: Pick<CaseListProps, 'outcome'> & { onKeep: (added: EvaluatorCase) => void }) {
  const [name, setName] = useState('');
  const evaluation = outcome?.trial.evaluation;
  if (outcome === null || evaluation?.ok !== true) return null;
  const { reward, metrics } = evaluation;
  return (
    <form
      className="flex gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() === '') return;
        onKeep({ ...outcome.input, name: name.trim(), expect: { reward, metrics } });
        setName('');
      }}
    >
      <Input
        aria-label="Name of the case"
        placeholder="Name, e.g. right answer in capitals"
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <Button type="submit" disabled={name.trim() === ''}>
        Save as case
      </Button>
    </form>
  );
}
