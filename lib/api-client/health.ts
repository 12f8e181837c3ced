import { queryOptions } from '@tanstack/react-query';
import type { RunId } from '@/lib/domain/run';
import { request } from './request';
import { RunHealth } from './wire';

/** A verdict needs whole windows of steps; more often would show nothing new. */
const REFRESH_MS = 5000;

export const healthKey = (id: RunId) => ['runs', id, 'health'] as const;

/** What is wrong with a run; asked again while it goes on, and once when it has ended. */
export const healthQuery = (id: RunId, isActive: boolean) =>
  queryOptions({
    queryKey: [...healthKey(id), isActive] as const,
    queryFn: ({ signal }) => request(`/api/runs/${id}/health`, RunHealth, { signal }),
    refetchInterval: isActive ? REFRESH_MS : false,
    placeholderData: (before, query) => (query?.queryKey[1] === id ? before : undefined),
  });
