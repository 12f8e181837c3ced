import type { ReactElement } from 'react';
import type { StatusShape } from '@/lib/insight/run-words';

const SHAPES: Readonly<Record<StatusShape, ReactElement>> = {
  ring: <circle cx="5" cy="5" r="3.4" fill="none" stroke="currentColor" strokeWidth="1.6" />,
  dot: <circle cx="5" cy="5" r="3.6" fill="currentColor" />,
  bars: <path d="M3.2 2v6M6.8 2v6" stroke="currentColor" strokeWidth="1.8" />,
  square: <rect x="2" y="2" width="6" height="6" rx="1" fill="currentColor" />,
  check: <path d="M1.8 5.4 4 7.6l4.2-5" fill="none" stroke="currentColor" strokeWidth="1.7" />,
  cross: <path d="m2.2 2.2 5.6 5.6m0-5.6L2.2 7.8" stroke="currentColor" strokeWidth="1.7" />,
  question: (
    <path
      d="M3 3.4c0-1.3 1-2 2-2s2 .7 2 1.8c0 1.5-2 1.5-2 3.1M5 8v1"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
    />
  ),
};

export function StatusMark({ shape }: { shape: StatusShape }) {
  return (
    <svg aria-hidden viewBox="0 0 10 10" className="size-2.5!">
      {SHAPES[shape]}
    </svg>
  );
}
