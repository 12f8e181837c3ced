'use client';

import { Select } from '@/components/ui/select';
import { SMOOTHING_CHOICES } from '@/lib/api-client/run-urls';

export function SmoothingPicker(props: { smooth: string; onChange: (smooth: string) => void }) {
  return (
    <Select
      aria-label="Smoothing"
      value={props.smooth}
      onChange={(event) => props.onChange(event.target.value)}
    >
      {[...new Set<string>([...SMOOTHING_CHOICES, props.smooth])].map((choice) => (
        <option key={choice} value={choice}>
          {nameOf(choice)}
        </option>
      ))}
    </Select>
  );
}

function nameOf(choice: string): string {
  if (choice === '0') return 'no smoothing';
  return choice.startsWith('r') ? `mean of ${choice.slice(1)} steps` : `exponential ${choice}`;
}
