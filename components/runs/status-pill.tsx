import { Badge } from '@/components/ui/badge';
import type { RunStatus } from '@/lib/domain/run';
import { statusWords } from '@/lib/insight/run-words';
import { StatusMark } from './status-mark';

/** The status as a word and a shape; the colour only helps. */
export function StatusPill({ status }: { status: RunStatus }) {
  const { word, tone, shape } = statusWords(status);
  return (
    <Badge tone={tone} className="gap-1.5">
      <StatusMark shape={shape} />
      {word}
    </Badge>
  );
}
