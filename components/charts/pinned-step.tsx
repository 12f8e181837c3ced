import { Button } from '@/components/ui/button';
import type { ChartModel, ChartRow } from '@/lib/charts/prepare-lines';
import { ChartTooltip } from './chart-tooltip';

/** The values of one step, which stay while the cursor goes on. */
export function PinnedStep(props: { model: ChartModel; row: ChartRow; onClose: () => void }) {
  return (
    <div role="status" className="mx-2 mt-1 flex items-start justify-between gap-2">
      <ChartTooltip model={props.model} row={props.row} />
      <Button size="sm" variant="ghost" aria-label="Remove the pinned values" onClick={props.onClose}>
        ×
      </Button>
    </div>
  );
}
