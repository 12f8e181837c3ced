import { keepPreviousData, queryOptions, skipToken } from '@tanstack/react-query';
import { z } from 'zod';
import type { RunId } from '@/lib/domain/run';
import { request, withQuery } from './request';
import { PromptScores, RolloutSteps, TrajectoryDetail, TrajectoryPage } from './wire';

export const ROLLOUT_SORTS = [
  'order',
  'reward',
  '-reward',
  'advantage',
  '-advantage',
  'tokens',
  '-tokens',
] as const;
export const RolloutSort = z.enum(ROLLOUT_SORTS);
export type RolloutSort = z.infer<typeof RolloutSort>;

/** Twice what a large step has; a list says so when there are more. */
export const ROLLOUT_LIMIT = 5000;

export type RolloutQuestion = {
  readonly step: number;
  readonly validation: boolean;
  readonly sort: RolloutSort;
};

/** Steps that have rollouts; asked again when the stream says that there are new ones. */
export const rolloutStepsQuery = (id: RunId) =>
  queryOptions({
    queryKey: ['runs', id, 'rollout-steps'] as const,
    queryFn: ({ signal }) => request(`/api/runs/${id}/steps`, RolloutSteps, { signal }),
  });

export const rolloutsQuery = (id: RunId, question: RolloutQuestion) =>
  queryOptions({
    queryKey: ['runs', id, 'rollouts', question] as const,
    queryFn: ({ signal }) => {
      const { step, validation, sort } = question;
      const url = withQuery(`/api/runs/${id}/trajectories`, { step, validation, sort, limit: ROLLOUT_LIMIT });
      return request(url, TrajectoryPage, { signal });
    },
    placeholderData: keepPreviousData,
  });

/** A recorded rollout never changes. */
export const rolloutQuery = (id: RunId, trajectory: number) =>
  queryOptions({
    queryKey: ['runs', id, 'rollout', trajectory] as const,
    queryFn: ({ signal }) =>
      request(`/api/runs/${id}/trajectories/${trajectory}`, TrajectoryDetail, { signal }),
    staleTime: Infinity,
    placeholderData: keepPreviousData,
  });

/** What a run's held-out rollouts earned by prompt; null = it was not validated yet. */
export const promptScoresQuery = (id: RunId, step: number | null) =>
  queryOptions({
    queryKey: ['runs', id, 'prompt-scores', step] as const,
    queryFn:
      step === null
        ? skipToken
        : ({ signal }) =>
            request(withQuery(`/api/runs/${id}/prompts`, { step, validation: true }), PromptScores, {
              signal,
            }),
    staleTime: Infinity,
  });

/** All held-out rollouts of one prompt after a step. */
export const groupRolloutsQuery = (
  id: RunId,
  { step, group }: { readonly step: number; readonly group: string },
) =>
  queryOptions({
    queryKey: ['runs', id, 'group-rollouts', step, group] as const,
    queryFn: ({ signal }) => {
      const url = withQuery(`/api/runs/${id}/trajectories`, { step, validation: true, group });
      return request(url, TrajectoryPage, { signal });
    },
    staleTime: Infinity,
  });
