import { cn } from '@/components/ui/cn';
import { useToday } from '@/components/ui/use-now';
import { formatClock } from '@/lib/charts/format-time';
import type { LogEvent } from './visible-lines';

const TONE = { debug: 'text-muted', info: 'text-ink', warning: 'text-warning', error: 'text-error' } as const;

export function LogLine({ line }: { line: LogEvent }) {
  const today = useToday();
  return (
    <div className={cn('flex gap-3 px-3 py-px [content-visibility:auto]', TONE[line.level])}>
      <span className="shrink-0 text-muted max-sm:hidden">
        {today === null ? line.time.slice(11, 19) : formatClock(line.time, today)}
      </span>
      <span className="w-14 shrink-0">{line.level}</span>
      <span className="w-20 shrink-0 truncate text-muted max-sm:hidden">{line.source}</span>
      <span className="min-w-0 break-words whitespace-pre-wrap">{line.message}</span>
    </div>
  );
}
