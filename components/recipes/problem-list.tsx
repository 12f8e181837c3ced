'use client';

import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/cn';
import type { Diagnostic, SourceRange } from '@/lib/recipes/diagnostic';
import { placeText } from './row-origin';

const SHAPES = {
  error: { path: 'M0.5 0.5h7v7h-7z', color: 'text-error', word: 'error' },
  warning: { path: 'M4 0.5L8 7.5H0z', color: 'text-warning', word: 'warning' },
  info: { path: 'M4 0a4 4 0 1 0 0 8a4 4 0 1 0 0-8z', color: 'text-running', word: 'note' },
} as const;

export type ProblemListProps = {
  readonly diagnostics: readonly Diagnostic[];
  readonly milliseconds: number | null;
  readonly files: Readonly<Record<string, string>>;
  readonly onJump: (range: SourceRange) => void;
  readonly onFix: (diagnostic: Diagnostic) => void;
};

export function ProblemList({ diagnostics, milliseconds, files, onJump, onFix }: ProblemListProps) {
  return (
    <section aria-label="Problems" className="flex h-full min-h-0 flex-col">
      <header className="flex h-8 shrink-0 items-center gap-2 border-b px-3">
        <h2 className="font-semibold">Problems</h2>
        <Counts diagnostics={diagnostics} />
        {milliseconds === null ? null : (
          <span className="ml-auto text-sm text-muted" title="Time to compose">
            {milliseconds < 1 ? '<1' : Math.round(milliseconds)} ms
          </span>
        )}
      </header>
      <ul className="min-h-0 flex-1 overflow-auto py-1" aria-live="polite">
        {diagnostics.map((diagnostic, index) => (
          <li key={`${index} ${diagnostic.code}`} className="flex gap-2 px-3 py-1.5">
            <Shape severity={diagnostic.severity} />
            <div className="min-w-0 break-words">
              {diagnostic.message} <Where diagnostic={diagnostic} files={files} onJump={onJump} />
              {diagnostic.fix === undefined ? null : (
                <Button variant="link" size="inline" className="ml-2" onClick={() => onFix(diagnostic)}>
                  {diagnostic.fix.title}
                </Button>
              )}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Counts({ diagnostics }: { diagnostics: readonly Diagnostic[] }) {
  if (diagnostics.length === 0) return <span className="text-ok">none found</span>;
  return (['error', 'warning', 'info'] as const).map((severity) => {
    const count = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
    const { color, word } = SHAPES[severity];
    return count === 0 ? null : (
      <span key={severity} className={color}>
        {count} {word}
        {count === 1 ? '' : 's'}
      </span>
    );
  });
}

function Shape({ severity }: { severity: Diagnostic['severity'] }) {
  const { path, color, word } = SHAPES[severity];
  return (
    <svg viewBox="0 0 8 8" role="img" aria-label={word} className={cn('mt-1.5 size-2.5 shrink-0', color)}>
      <path d={path} fill="currentColor" />
    </svg>
  );
}

function Where(props: { diagnostic: Diagnostic } & Pick<ProblemListProps, 'files' | 'onJump'>) {
  const { range } = props.diagnostic;
  if (range === null) return null;
  return (
    <button
      type="button"
      className="font-mono text-sm text-muted underline-offset-2 hover:text-ink hover:underline"
      onClick={() => props.onJump(range)}
    >
      {placeText(range, props.files)}
    </button>
  );
}
