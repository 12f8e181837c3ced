'use client';

import { useQuery } from '@tanstack/react-query';
import { Select } from '@/components/ui/select';
import type { RunsView } from '@/lib/api-client/run-urls';
import { runColumnsQuery } from '@/lib/api-client/runs';

const OWN = ['recipe', 'variant', 'backend', 'model', 'status', 'seed'];

/** Any column of text, and any key of the configuration. */
export function GroupSelect({
  view,
  onChange,
}: {
  view: RunsView;
  onChange: (change: Readonly<Record<string, string | null>>) => void;
}) {
  const { data } = useQuery(runColumnsQuery());
  const config = data?.config.filter((path) => path !== '') ?? [];
  const isKnown = view.group === '' || [...OWN, ...config].includes(view.group);
  return (
    <Select
      aria-label="Group by"
      className="max-w-52"
      value={view.group}
      onChange={(event) => onChange({ group: event.target.value })}
    >
      <option value="">No groups</option>
      {isKnown ? null : <option value={view.group}>{view.group}</option>}
      <optgroup label="Run">
        {OWN.map((name) => (
          <option key={name} value={name}>
            by {name}
          </option>
        ))}
      </optgroup>
      <optgroup label="Configuration">
        {config.map((path) => (
          <option key={path} value={path}>
            by {path}
          </option>
        ))}
      </optgroup>
    </Select>
  );
}
