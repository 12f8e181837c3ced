'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { callAction } from '@/components/ui/call-action';
import type { RowRequest, TrialRequest, TrialRow } from '@/lib/launch/trial/create-evaluator-trials';
import type { Trial, TrialInput } from '@/lib/launch/trial/trial';
import type { ActionError } from '@/lib/shared/app-error';
import type { Result } from '@/lib/shared/result';
import type { EvaluatorActions } from './evaluator-actions';

export type RowSource = RowRequest['from'];

export type TrialForm = {
  readonly from: RowSource;
  readonly index: number;
  /** The row as JSON; null = as it stands in the data. */
  readonly row: string | null;
  /** null = the answer that the data calls right. */
  readonly answer: string | null;
  readonly isTruncated: boolean;
};

export type TrialState = {
  readonly form: TrialForm;
  readonly change: (change: Partial<TrialForm>) => void;
  readonly loaded: TrialRow | null;
  readonly rowText: string;
  readonly answer: string;
  /** Why there is no row, or why the typed one is none. */
  readonly problem: string | null;
  readonly input: TrialInput | null;
  readonly run: (input: TrialInput) => void;
  readonly isRunning: boolean;
  readonly outcome: { readonly input: TrialInput; readonly trial: Trial } | null;
  readonly refusal: string | null;
};

const START: TrialForm = { from: 'training', index: 0, row: null, answer: null, isTruncated: false };

/** A row of the data or a typed one, an answer, and what the evaluator says of them. */
export function useTrial(actions: EvaluatorActions, request: TrialRequest): TrialState {
  const [form, setForm] = useState(START);
  const rowRequest = { ...request, from: form.from, index: form.index };
  const row = useQuery({
    queryKey: ['recipes', 'trial-row', rowRequest],
    queryFn: async () => unwrap(await callAction(actions.row, rowRequest)),
    retry: false,
    staleTime: 10_000,
    placeholderData: (before) => before,
  });
  const run = useMutation({
    mutationFn: async (input: TrialInput) => ({
      input,
      trial: unwrap(await callAction(actions.run, { ...request, input })),
    }),
  });
  return {
    form,
    change: (change) => setForm((before) => ({ ...before, ...change })),
    ...inputOf(form, row.data ?? null, row.error),
    run: (input) => run.mutate(input),
    isRunning: run.isPending,
    outcome: run.data ?? null,
    refusal: run.error?.message ?? null,
  };
}

/** What stands in the form: what was typed, else what the data says. */
function inputOf(
  form: TrialForm,
  loaded: TrialRow | null,
  error: Error | null,
): Pick<TrialState, 'loaded' | 'rowText' | 'answer' | 'problem' | 'input'> {
  const rowText = form.row ?? (loaded === null ? '' : JSON.stringify(loaded.row, null, 2));
  const answer = form.answer ?? loaded?.answer ?? '';
  const data = parseRow(rowText);
  const isWrong = rowText !== '' && data === null;
  return {
    loaded,
    rowText,
    answer,
    problem: isWrong ? 'The row is no JSON object.' : form.row === null ? (error?.message ?? null) : null,
    input: data === null ? null : { data, target: { finalAnswer: answer, isTruncated: form.isTruncated } },
  };
}

export function unwrap<T>(result: Result<T, ActionError>): T {
  if (result.ok) return result.value;
  throw new Error(result.error.message);
}

function parseRow(text: string): TrialInput['data'] | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
