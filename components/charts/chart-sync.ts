import type { MouseHandlerDataParam, TickItem } from 'recharts';

/** The tick of this chart that is nearest to the other chart's cursor: series are logged at different steps. */
export function nearestTick(ticks: readonly TickItem[], data: MouseHandlerDataParam): number {
  const step = Number(data.activeLabel);
  let best = -1;
  let distance = Infinity;
  ticks.forEach((tick, index) => {
    const gap = Math.abs(Number(tick.value) - step);
    if (gap >= distance) return;
    best = index;
    distance = gap;
  });
  return best;
}
