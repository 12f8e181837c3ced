import { cssColor, type SeriesColor } from '@/lib/charts/series-color';
import { sparklinePath } from '@/lib/charts/sparkline';

const WIDTH = 88;
const HEIGHT = 22;

/** A curve as large as a word. The number beside it carries the meaning; this is its shape only. */
export function Sparkline(props: {
  values: readonly (number | null)[];
  color: SeriesColor;
  low?: number;
  high?: number;
}) {
  const box = {
    width: WIDTH,
    height: HEIGHT - 4,
    ...(props.low === undefined ? {} : { low: props.low }),
    ...(props.high === undefined ? {} : { high: props.high }),
  };
  return (
    <svg aria-hidden viewBox={`0 -2 ${WIDTH} ${HEIGHT}`} style={{ width: WIDTH, height: HEIGHT }}>
      <path
        d={sparklinePath(props.values, box)}
        fill="none"
        stroke={cssColor(props.color)}
        strokeWidth="1.5"
      />
    </svg>
  );
}
