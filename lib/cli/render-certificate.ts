import type { Certificate, CheckResult } from '@/lib/domain/rehearsal';
import { configText } from '@/lib/insight/config-text';
import { wrapText } from './text-table';

const MARKS: Readonly<Record<CheckResult, string>> = { pass: 'pass', fail: 'FAIL', 'not exercised': '–   ' };
const INDENT = '        ';

/** What a rehearsal has shown, then what it cannot show. */
export function renderCertificate({ runId, entry, protocol, ok, checks, notExercised }: Certificate): string {
  const lines = checks.flatMap(({ title, result, evidence }) => [
    `  ${MARKS[result]}  ${title}${result === 'not exercised' ? ' (not exercised)' : ''}`,
    wrapText(`${INDENT}${evidence}`.trimStart(), INDENT).replace(/^/, INDENT),
  ]);
  const substituted = notExercised.flatMap(({ key, from, to, reason }) => [
    `  ${key}: ${configText(from)} → ${configText(to)}`,
    `${INDENT}${reason}`,
  ]);
  const verdict = ok
    ? 'Every check that was exercised passed.'
    : `Failed: ${checks.flatMap(({ title, result }) => (result === 'fail' ? [title] : [])).join(', ')}.`;
  return [
    `Rehearsal of ${entry} over ${protocol} (run ${runId})`,
    ...lines,
    ...(substituted.length === 0
      ? []
      : ['', 'Not exercised, since the rehearsal ran with other values:', ...substituted]),
    '',
    verdict,
  ].join('\n');
}
