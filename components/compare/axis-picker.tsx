'use client';

import { Select } from '@/components/ui/select';
import { AXES, type Axis } from '@/lib/insight/compare/align';

const WORDS: Readonly<Record<Axis, string>> = {
  step: 'by step',
  tokens: 'by generated tokens',
  time: 'by wall time',
};

/** Along what the runs are laid over each other. */
export function AxisPicker({ axis, onChange }: { axis: Axis; onChange: (axis: string) => void }) {
  return (
    <Select aria-label="Align" value={axis} onChange={(event) => onChange(event.target.value)}>
      {AXES.map((choice) => (
        <option key={choice} value={choice}>
          {WORDS[choice]}
        </option>
      ))}
    </Select>
  );
}
