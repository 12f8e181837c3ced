'use client';

import { skipToken, useQuery } from '@tanstack/react-query';
import { Select } from '@/components/ui/select';
import { summariesQuery } from '@/lib/api-client/metrics';
import { metricInfo } from '@/lib/domain/metric-info';
import { RunId } from '@/lib/domain/run';

const NO_RUN = RunId.parse(1);

/** Which metric is overlaid; what the first run has is on offer. */
export function MetricPicker(props: {
  id: RunId | null;
  metric: string;
  onChange: (metric: string | null) => void;
}) {
  const query = summariesQuery(props.id ?? NO_RUN);
  const { data } = useQuery(props.id === null ? { ...query, queryFn: skipToken } : query);
  const keys = new Set((data?.series ?? []).map(({ key }) => key));
  if (props.metric !== '') keys.add(props.metric);
  return (
    <Select
      aria-label="Metric"
      className="max-w-64"
      value={props.metric}
      onChange={(event) => props.onChange(event.target.value === '' ? null : event.target.value)}
    >
      <option value="">Reward</option>
      {[...keys].toSorted().map((key) => (
        <option key={key} value={key}>
          {metricInfo(key).title} · {key}
        </option>
      ))}
    </Select>
  );
}
