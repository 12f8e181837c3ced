'use client';

import { useQueryClient } from '@tanstack/react-query';
import { toast } from 'sonner';
import { callAction } from '@/components/ui/call-action';
import { healthKey } from '@/lib/api-client/health';
import type { RunId } from '@/lib/domain/run';
import type { ActionError } from '@/lib/shared/app-error';
import type { Result } from '@/lib/shared/result';

export type MuteAdvisory = (input: unknown) => Promise<Result<null, ActionError>>;

/** Mutes an advisory of a run, or hears it again; what is shown follows what was stored. */
export function useMute(id: RunId, mute: MuteAdvisory): (advisory: string, muted: boolean) => void {
  const client = useQueryClient();
  return (advisory, muted) => {
    void callAction(mute, { id, advisory, muted }).then((outcome) => {
      if (!outcome.ok) toast.error(outcome.error.message);
      return client.invalidateQueries({ queryKey: healthKey(id) });
    });
  };
}
