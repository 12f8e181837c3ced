import { queryOptions } from '@tanstack/react-query';
import type { RunId } from '@/lib/domain/run';
import { request } from './request';
import { RehearsalAnswer } from './wire';

/** What a rehearsal substituted, and its certificate; asked again when it has ended. */
export const rehearsalQuery = (id: RunId, isOver: boolean) =>
  queryOptions({
    queryKey: ['runs', id, 'rehearsal', isOver] as const,
    queryFn: ({ signal }) => request(`/api/runs/${id}/rehearsal`, RehearsalAnswer, { signal }),
    placeholderData: (before, query) => (query?.queryKey[1] === id ? before : undefined),
  });
