import Link from 'next/link';
import { Button } from '@/components/ui/button';
import { Table, TableCell, TableHead, TableRow } from '@/components/ui/table';
import { runHref } from '@/lib/api-client/run-urls';
import { formatDuration } from '@/lib/charts/format-time';
import type { Run } from '@/lib/domain/run';
import type { Advisory, Health } from '@/lib/insight/health/health';
import { severityWords } from '@/lib/insight/health-words';

/** What was and what is, newest first, and what nobody wants to hear of. */
export function HealthHistory(props: {
  run: Run;
  health: Health;
  muted: readonly string[];
  onHear: (advisory: string) => void;
}) {
  const { run, health, muted } = props;
  const all = [...health.current, ...health.past];
  const silent = muted.filter((id) => !all.some((advisory) => advisory.id === id));
  if (all.length + silent.length === 0) {
    return <p className="border-t px-3 py-2.5 text-muted">Nothing has been wrong with this run so far.</p>;
  }
  return (
    <div className="border-t">
      <Table label="History of the run’s health">
        <thead>
          <tr>
            {['What', 'Severity', 'Steps', 'Lasted', ''].map((title) => (
              <TableHead key={title} className="relative">
                {title === '' ? <span className="sr-only">Mute</span> : title}
              </TableHead>
            ))}
          </tr>
        </thead>
        <tbody>
          {all.map((advisory) => (
            <TableRow key={`${advisory.id} ${advisory.began.step}`}>
              <TableCell className="min-w-48">{advisory.title}</TableCell>
              <TableCell>{severityWords(advisory.severity).word}</TableCell>
              <TableCell className="whitespace-nowrap">
                <Link href={rangeHref(run, advisory)} className="underline-offset-2 hover:underline">
                  {advisory.began.step} to {advisory.ended?.step ?? 'now'}
                </Link>
              </TableCell>
              <TableCell className="whitespace-nowrap">{lasted(advisory)}</TableCell>
              <TableCell>
                {muted.includes(advisory.id) ? <HearButton {...props} advisory={advisory.id} /> : null}
              </TableCell>
            </TableRow>
          ))}
          {silent.map((id) => (
            <TableRow key={id}>
              <TableCell className="font-mono text-sm">{id}</TableCell>
              <TableCell colSpan={3} className="text-muted">
                muted, and not there now
              </TableCell>
              <TableCell>
                <HearButton {...props} advisory={id} />
              </TableCell>
            </TableRow>
          ))}
        </tbody>
      </Table>
    </div>
  );
}

function HearButton({ advisory, onHear }: { advisory: string; onHear: (advisory: string) => void }) {
  return (
    <Button size="sm" onClick={() => onHear(advisory)}>
      Unmute
    </Button>
  );
}

function rangeHref(run: Run, { began, ended, evidence }: Advisory) {
  return runHref(run.id, 'metrics', {
    search: evidence[0]?.key,
    from: Math.max(0, began.step - 20),
    to: ended === null ? null : ended.step + 20,
  });
}

function lasted({ began, ended }: Advisory): string {
  if (ended === null) return 'not over';
  if (began.time === null || ended.time === null) return '—';
  return formatDuration((ended.time - began.time) / 1000);
}
