'use client';

import { AddressField } from '@/components/ui/address-field';
import { Select } from '@/components/ui/select';
import type { RunsView } from '@/lib/api-client/run-urls';

const STATUS_SETS = [
  { value: '', name: 'Every status' },
  { value: 'queued,starting,running,pausing,paused,stopping', name: 'Under way' },
  { value: 'succeeded', name: 'Succeeded' },
  { value: 'stopped', name: 'Stopped' },
  { value: 'failed,lost', name: 'Failed or lost' },
] as const;

export function RunsFilter(props: {
  view: RunsView;
  onChange: (change: Readonly<Record<string, string | null>>) => void;
}) {
  const status = props.view.status.join(',');
  return (
    <>
      <AddressField
        label="Search runs"
        placeholder="Words, tag:baseline, data.seed=3 …"
        className="w-72"
        value={props.view.q}
        onChange={(q) => props.onChange({ q })}
      />
      <Select
        aria-label="Status"
        value={status}
        onChange={(event) => props.onChange({ status: event.target.value })}
      >
        {STATUS_SETS.some(({ value }) => value === status) ? null : <option value={status}>{status}</option>}
        {STATUS_SETS.map(({ value, name }) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </Select>
    </>
  );
}
