import { formatSigned } from '@/lib/charts/format-value';
import type { Verdict } from '@/lib/insight/compare/verdict';

/** The interval of the difference beside zero; the sentence below says the same in words. */
export function IntervalBar({ verdict: { interval, difference } }: { verdict: Verdict }) {
  const reach = 1.15 * Math.max(Math.abs(interval.low), Math.abs(interval.high), Number.MIN_VALUE);
  const place = (value: number): string => `${(50 + (50 * value) / reach).toFixed(2)}%`;
  return (
    <svg aria-hidden className="h-9 w-full max-w-xl text-muted" preserveAspectRatio="none">
      <line x1="0" x2="100%" y1="10" y2="10" stroke="var(--line-strong)" />
      <line x1="50%" x2="50%" y1="2" y2="18" stroke="var(--ink)" />
      <line
        x1={place(interval.low)}
        x2={place(interval.high)}
        y1="10"
        y2="10"
        stroke="var(--accent)"
        strokeWidth="5"
        strokeOpacity="0.55"
      />
      <circle cx={place(difference)} cy="10" r="4.5" fill="var(--accent)" />
      {[interval.low, 0, interval.high].map((value, index) => (
        <text
          key={index}
          x={place(value)}
          y="31"
          textAnchor="middle"
          fontSize="11"
          fill="currentColor"
          visibility={index === 1 && isNear(interval, reach) ? 'hidden' : undefined}
        >
          {value === 0 ? 'no difference' : formatSigned(value)}
        </text>
      ))}
    </svg>
  );
}

/** Whether an end stands so near to zero that the words would run into each other. */
function isNear({ low, high }: Verdict['interval'], reach: number): boolean {
  return Math.min(Math.abs(low), Math.abs(high)) < 0.35 * reach;
}
