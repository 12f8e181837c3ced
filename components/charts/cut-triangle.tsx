import type { CutMark } from '@/lib/charts/chart-marks';
import { cssColor } from '@/lib/charts/series-color';

const SIZE = 4;

/** Points out of the picture, where a value lies beyond its edge. */
export function CutTriangle({ cut, cx, cy }: { cut: CutMark; cx: number; cy: number }) {
  const out = cut.isAbove ? -SIZE : SIZE;
  // within the picture, its tip at the edge
  const tip = cy - out / SIZE;
  return (
    <path
      d={`M${cx - SIZE},${tip - out} L${cx + SIZE},${tip - out} L${cx},${tip} Z`}
      fill={cssColor(cut.color)}
    >
      <title>{`${cut.name}: ${cut.text} at ${cut.step}`}</title>
    </path>
  );
}
