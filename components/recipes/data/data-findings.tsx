'use client';

import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import type { DataFinding } from '@/lib/domain/data-profile';

const TONES = { error: 'error', warning: 'warning', info: 'neutral' } as const;
const WORDS = { error: 'error', warning: 'warning', info: 'note' } as const;
const ORDER = ['error', 'warning', 'info'] as const;

/** What is wrong or worth knowing, worst first; each leads to the key that it is about. */
export function DataFindings(props: {
  findings: readonly DataFinding[];
  isComplete: boolean;
  onShowKey: (path: string) => void;
}) {
  const { findings, isComplete, onShowKey } = props;
  if (findings.length === 0) {
    return <p className="text-ok">{isComplete ? 'Nothing wrong was found.' : 'Nothing wrong so far.'}</p>;
  }
  const sorted = findings.toSorted((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
  return (
    <ul aria-label="Findings" className="flex flex-col gap-2">
      {sorted.map(({ code, severity, message, path }, index) => (
        <li key={`${code} ${index}`} className="break-words">
          <Badge tone={TONES[severity]}>{WORDS[severity]}</Badge> {message}
          {path === null ? null : (
            <Button variant="link" size="inline" className="ml-2 font-mono" onClick={() => onShowKey(path)}>
              {path}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}
