'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Card, CardHeader, CardTitle } from '@/components/ui/card';
import { cn } from '@/components/ui/cn';
import { SubstitutionList } from '@/components/ui/substitution-list';
import { rehearsalQuery } from '@/lib/api-client/rehearsal';
import { runQuery } from '@/lib/api-client/runs';
import type { Certificate, CertificateCheck, CheckResult, RunRehearsal } from '@/lib/domain/rehearsal';
import { isFinished, type Run, type RunId } from '@/lib/domain/run';

/** What a rehearsal has shown, above its charts; nothing on the page of another run. */
export function CertificateCard({ id }: { id: RunId }) {
  const { data: run } = useQuery(runQuery(id));
  if (run === undefined || run.rehearsal === null) return null;
  return <OfRehearsal id={id} run={run} />;
}

function OfRehearsal({ id, run }: { id: RunId; run: Run }) {
  const { data, error } = useQuery(rehearsalQuery(id, isFinished(run.status)));
  const certificate = data?.certificate ?? null;
  return (
    <Card aria-label="Certificate" className="mx-4 mt-3">
      <CardHeader className="justify-start pb-2">
        <CardTitle>Rehearsal over {run.rehearsal}</CardTitle>
        {certificate === null ? null : <Verdict certificate={certificate} />}
      </CardHeader>
      <div className="flex flex-col gap-3 px-3 pb-3">
        {certificate === null ? (
          <p className="text-muted">{error === null ? waitingFor(run) : error.message}</p>
        ) : (
          <Checks checks={certificate.checks} />
        )}
        {data?.rehearsal == null ? null : <NotExercised rehearsal={data.rehearsal} />}
      </div>
    </Card>
  );
}

function waitingFor({ status, reason }: Run): string {
  if (!isFinished(status)) return 'The embedded service stands in. The certificate is written at the end.';
  return `There is no certificate: the process ended before it could write one${reason === null ? '' : ` (${reason})`}.`;
}

function Verdict({ certificate: { ok, checks } }: { certificate: Certificate }) {
  const count = (result: CheckResult): number => checks.filter((check) => check.result === result).length;
  const skipped = count('not exercised');
  return (
    <>
      <Badge tone={ok ? 'ok' : 'error'}>{ok ? 'Passed' : 'Failed'}</Badge>
      <span className="text-sm text-muted">
        {count('pass')} of {checks.length - skipped} exercised checks passed
        {skipped === 0 ? '' : `, ${skipped} not exercised`}
      </span>
    </>
  );
}

const RESULTS = {
  pass: { path: 'M1 4.2l2 2.3L7 1.5', color: 'text-ok' },
  fail: { path: 'M1.2 1.2l5.6 5.6M6.8 1.2l-5.6 5.6', color: 'text-error' },
  'not exercised': { path: 'M1 4h6', color: 'text-muted' },
} as const;

function Checks({ checks }: { checks: readonly CertificateCheck[] }) {
  return (
    <ul className="grid gap-x-6 gap-y-1.5 lg:grid-cols-2" aria-label="Checks of the rehearsal">
      {checks.map(({ id, title, result, evidence }) => (
        <li key={id} className="flex gap-2.5">
          <svg
            viewBox="0 0 8 8"
            role="img"
            aria-label={result}
            className={cn('mt-1.25 size-2.5 shrink-0', RESULTS[result].color)}
          >
            <path
              d={RESULTS[result].path}
              fill="none"
              stroke="currentColor"
              strokeWidth="1.5"
              strokeLinecap="round"
            />
          </svg>
          <p className="min-w-0 break-words">
            <span className="font-medium">{title}</span>{' '}
            <span className={result === 'fail' ? 'text-error' : 'text-muted'}>
              {result === 'not exercised' ? 'Not exercised. ' : ''}
              {evidence}
            </span>
          </p>
        </li>
      ))}
    </ul>
  );
}

function NotExercised({ rehearsal: { substitutions } }: { rehearsal: RunRehearsal }) {
  const [isOpen, setIsOpen] = useState(false);
  if (substitutions.length === 0) return null;
  return (
    <section aria-label="Not exercised" className="border-t pt-2">
      <div className="flex flex-wrap items-center gap-x-2">
        <p className="text-muted">
          Not exercised: {substitutions.length} keys had other values than at a launch. Nothing is said of
          them.
        </p>
        <Button size="sm" variant="ghost" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          {isOpen ? 'Hide them' : 'Show them'}
        </Button>
      </div>
      {isOpen ? <SubstitutionList substitutions={substitutions} className="lg:grid-cols-2" /> : null}
    </section>
  );
}
