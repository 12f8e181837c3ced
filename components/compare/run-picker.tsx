'use client';

import { useQuery } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { Select } from '@/components/ui/select';
import { compareHref, type CompareView } from '@/lib/api-client/run-urls';
import { EVERY_RUN, runsQuery } from '@/lib/api-client/runs';
import type { RunId } from '@/lib/domain/run';
import { statusWords } from '@/lib/insight/run-words';

/** Puts one more run beside the others. */
export function RunPicker({
  chosen,
  view,
}: {
  chosen: readonly RunId[];
  view: Partial<Omit<CompareView, 'runs'>>;
}) {
  const router = useRouter();
  const { data } = useQuery(runsQuery(EVERY_RUN));
  const others = (data?.items ?? []).filter(({ run }) => !chosen.includes(run.id));
  return (
    <Select
      aria-label="Add a run to the comparison"
      className="max-w-72"
      value=""
      disabled={others.length === 0}
      onChange={(event) => {
        if (event.target.value === '') return;
        router.push(compareHref([...chosen, Number(event.target.value)], view));
      }}
    >
      <option value="">
        {data !== undefined && others.length === 0 ? 'No other run to add' : 'Add a run …'}
      </option>
      {others.map(({ run }) => (
        <option key={run.id} value={run.id}>
          run {run.id} · {run.name}
          {run.rehearsal === null ? '' : ' (rehearsal)'} · {statusWords(run.status).word.toLowerCase()},{' '}
          {run.step} of {run.totalSteps}
        </option>
      ))}
    </Select>
  );
}
