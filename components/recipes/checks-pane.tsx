'use client';

import { memo, type ReactNode, useState } from 'react';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/cn';
import { useStable } from '@/components/ui/use-stable';
import type { Diagnostic, SourceRange } from '@/lib/recipes/diagnostic';
import { ruleOf } from '@/lib/recipes/rules/all-rules';
import type { PassedCheck } from '@/lib/recipes/validate';
import { placeText } from './row-origin';

const SHAPES = {
  error: { path: 'M0.5 0.5h7v7h-7z', color: 'text-error', word: 'error' },
  warning: { path: 'M4 0.5L8 7.5H0z', color: 'text-warning', word: 'warning' },
  info: { path: 'M4 0a4 4 0 1 0 0 8a4 4 0 1 0 0-8z', color: 'text-running', word: 'note' },
} as const;

export type ChecksPaneProps = {
  readonly diagnostics: readonly Diagnostic[];
  readonly passed: readonly PassedCheck[];
  readonly milliseconds: number | null;
  readonly files: Readonly<Record<string, string>>;
  readonly onJump: (range: SourceRange) => void;
  readonly onFix: (diagnostic: Diagnostic) => void;
};

/** What composition and the rules say of a variant, the worst first; what passed and what changes nothing is folded. */
export const ChecksPane = memo(function ChecksPane({
  diagnostics,
  passed,
  milliseconds,
  ...actions
}: ChecksPaneProps) {
  const idle = diagnostics.filter(({ code }) => code === 'no-effect');
  const spoken = diagnostics.filter(({ code }) => code !== 'no-effect');
  return (
    <section aria-label="Checks" className="flex h-full min-h-0 flex-col">
      <header className="flex h-8 shrink-0 items-center gap-2 overflow-hidden border-b px-3 whitespace-nowrap">
        <h2 className="font-semibold">Checks</h2>
        {passed.length === 0 ? null : <span className="text-muted">{passed.length} passed</span>}
        {milliseconds === null ? (
          <span className="text-muted">checking …</span>
        ) : (
          <Counts diagnostics={spoken} />
        )}
        {milliseconds === null ? null : (
          <span className="ml-auto text-sm text-muted" title="Time to compose and check">
            {milliseconds < 1 ? '<1' : Math.round(milliseconds)} ms
          </span>
        )}
      </header>
      <div className="min-h-0 flex-1 overflow-auto py-1">
        <Findings isLive diagnostics={spoken} {...actions} />
        <Folded
          title={`${idle.length} ${idle.length === 1 ? 'key has' : 'keys have'} no effect here`}
          count={idle.length}
        >
          <Findings isLive={false} diagnostics={idle} {...actions} />
        </Folded>
        <Folded title={`${passed.length} passed`} count={passed.length}>
          <ul className="pb-1">
            {passed.map((check, index) => (
              <li key={`${index} ${check.id}`} className="flex gap-2 px-3 py-1">
                <Passed />
                <span className="min-w-0 break-words">
                  {check.title} <span className="text-muted">{check.detail}</span>
                </span>
              </li>
            ))}
          </ul>
        </Folded>
      </div>
    </section>
  );
});

/** A finding keeps its place in the page when one is added above it: else all of them are laid out anew. */
function keyed(diagnostics: readonly Diagnostic[]) {
  const seen = new Map<string, number>();
  return diagnostics.map((diagnostic) => {
    const name = `${diagnostic.code} ${diagnostic.path} ${diagnostic.message}`;
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    return { key: `${name} ${count}`, diagnostic };
  });
}

type Actions = Pick<ChecksPaneProps, 'files' | 'onJump' | 'onFix'>;

/** So many are drawn at once; they are the worst, and each of thousands would be drawn at every keystroke. */
const SHOWN = 30;

function Findings({
  diagnostics,
  isLive,
  files,
  onJump,
  onFix,
}: Actions & { diagnostics: readonly Diagnostic[]; isLive: boolean }) {
  const [isWhole, setIsWhole] = useState(false);
  const all = keyed(diagnostics);
  const shown = isWhole ? all : all.slice(0, SHOWN);
  const named = (name: string) => all.find(({ key }) => key === name)?.diagnostic;
  const jump = useStable((name: string) => {
    const range = named(name)?.range;
    if (range) onJump(range);
  });
  const mend = useStable((name: string) => {
    const diagnostic = named(name);
    if (diagnostic !== undefined) onFix(diagnostic);
  });
  return (
    <>
      <ul aria-live={isLive ? 'polite' : 'off'} className="pb-1">
        {shown.map(({ key, diagnostic: { code, severity, message, range, fix } }) => (
          <Finding
            key={key}
            name={key}
            code={code}
            severity={severity}
            message={message}
            place={range === null ? null : placeText(range, files)}
            fix={fix?.title ?? null}
            onJump={jump}
            onFix={mend}
          />
        ))}
      </ul>
      {shown.length === all.length ? null : (
        <Button variant="link" size="inline" className="mx-3 mb-2" onClick={() => setIsWhole(true)}>
          Show {all.length - shown.length} more
        </Button>
      )}
    </>
  );
}

type FindingProps = Pick<Diagnostic, 'code' | 'severity' | 'message'> & {
  readonly name: string;
  readonly place: string | null;
  /** The title of its fix. */
  readonly fix: string | null;
  readonly onJump: (name: string) => void;
  readonly onFix: (name: string) => void;
};

/** In plain values: of the findings that a keystroke brings anew, most say what they said. */
const Finding = memo(function Finding({
  name,
  code,
  severity,
  message,
  place,
  fix,
  ...actions
}: FindingProps) {
  const reason = ruleOf(code)?.reason;
  return (
    <li className="flex gap-2 px-3 py-1.5">
      <Shape severity={severity} />
      <div className="min-w-0 break-words">
        {message}{' '}
        {place === null ? null : (
          <button
            type="button"
            className="font-mono text-sm text-muted underline-offset-2 hover:text-ink hover:underline"
            onClick={() => actions.onJump(name)}
          >
            {place}
          </button>
        )}
        {fix === null ? null : (
          <Button
            variant="link"
            size="inline"
            className="ml-2 max-w-full text-left break-words whitespace-normal"
            onClick={() => actions.onFix(name)}
          >
            {fix}
          </Button>
        )}
        {reason === undefined ? null : <p className="text-sm text-muted">{reason}</p>}
      </div>
    </li>
  );
});

function Folded({ title, count, children }: { title: string; count: number; children: ReactNode }) {
  if (count === 0) return null;
  return (
    <details className="px-0">
      <summary className="cursor-pointer px-3 py-1.5 text-muted hover:text-ink">{title}</summary>
      {children}
    </details>
  );
}

function Counts({ diagnostics }: { diagnostics: readonly Diagnostic[] }) {
  if (diagnostics.length === 0) return <span className="text-ok">no problems</span>;
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

function Passed() {
  return (
    <svg viewBox="0 0 8 8" role="img" aria-label="passed" className="mt-1.5 size-2.5 shrink-0 text-ok">
      <path
        d="M1 4.2l2 2.3L7 1.5"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
      />
    </svg>
  );
}
