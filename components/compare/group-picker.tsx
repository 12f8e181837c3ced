'use client';

import { Select } from '@/components/ui/select';
import { GROUPINGS } from '@/lib/insight/compare/group-runs';
import { isIgnored } from '@/lib/insight/compare/ignore-keys';
import { diffConfigs } from '@/lib/insight/config-diff';
import type { ComparedRun } from './compared-run';

/** How runs are taken together: as they are, by what they ran on, or by any key in which they differ. */
export function GroupPicker(props: {
  runs: readonly ComparedRun[];
  by: string;
  onChange: (by: string | null) => void;
}) {
  const keys = diffConfigs(props.runs.map(({ config }) => config))
    .differences.map(({ path }) => path)
    .filter((path) => !isIgnored(path, []));
  const offered = [...new Set<string>([...GROUPINGS, ...keys, ...(props.by === '' ? [] : [props.by])])];
  return (
    <Select
      aria-label="Group runs by"
      className="max-w-56"
      value={props.by}
      onChange={(event) => props.onChange(event.target.value === '' ? null : event.target.value)}
    >
      <option value="">each run by itself</option>
      {offered.map((key) => (
        <option key={key} value={key}>
          grouped by {key}
        </option>
      ))}
    </Select>
  );
}
