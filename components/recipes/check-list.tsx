'use client';

import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/cn';
import { Skeleton } from '@/components/ui/skeleton';
import type { PreflightCheck } from '@/lib/launch/launch';

const SHAPES = {
  running: {
    path: 'M4 0.8a3.2 3.2 0 1 1 0 6.4a3.2 3.2 0 1 1 0 -6.4',
    color: 'text-running',
    word: 'running',
  },
  note: { path: 'M0.5 3.2h7v1.6h-7z', color: 'text-muted', word: 'note' },
  passed: { path: 'M1 4.2l2 2.3L7 1.5', color: 'text-ok', word: 'passed' },
  warning: { path: 'M4 0.5L8 7.5H0z', color: 'text-warning', word: 'warning' },
  failed: { path: 'M0.5 0.5h7v7h-7z', color: 'text-error', word: 'failed' },
} as const;

export function CheckList(props: {
  /** Null before the first is known. */
  checks: readonly PreflightCheck[] | null;
  refusal: string | null;
  onShowKey: (path: string) => void;
}) {
  if (props.refusal !== null) {
    return (
      <p role="alert" className="rounded-card border border-error/40 bg-error/10 p-3 break-words text-error">
        {props.refusal}
      </p>
    );
  }
  if (props.checks === null) {
    return (
      <div role="status" aria-label="Checking" className="flex flex-col gap-3 py-1">
        {[0, 1, 2, 3, 4].map((line) => (
          <Skeleton key={line} className="h-4" />
        ))}
      </div>
    );
  }
  return (
    <ul className="flex flex-col gap-2.5">
      {props.checks.map((check) => (
        <li key={check.id}>
          <Check check={check} onShowKey={props.onShowKey} />
        </li>
      ))}
    </ul>
  );
}

function Check({ check, onShowKey }: { check: PreflightCheck; onShowKey: (path: string) => void }) {
  const { path, color, word } = SHAPES[check.status];
  const key = check.path;
  return (
    <div className="flex gap-2.5">
      <svg
        viewBox="0 0 8 8"
        role="img"
        aria-label={word}
        className={cn(
          'mt-1.25 size-2.5 shrink-0',
          color,
          check.status === 'running' ? 'animate-pulse' : null,
        )}
      >
        {check.status === 'passed' ? (
          <path d={path} fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />
        ) : (
          <path d={path} fill="currentColor" />
        )}
      </svg>
      <div className="min-w-0 break-words">
        <span className="font-medium">{check.title}</span>{' '}
        <span className={check.status === 'passed' ? 'text-muted' : color}>
          {check.status === 'running' ? 'Checking …' : check.detail}
        </span>
        {key === null || check.status === 'passed' ? null : (
          <Button
            variant="link"
            size="inline"
            className="ml-2 font-mono text-sm"
            onClick={() => onShowKey(key)}
          >
            {key}
          </Button>
        )}
      </div>
    </div>
  );
}
