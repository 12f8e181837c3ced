import { Badge } from './badge';

/** Stands beside the name of a run that is a rehearsal, wherever the name stands. */
export function RehearsalMark({ protocol }: { protocol: string | null }) {
  if (protocol === null) return null;
  return (
    <Badge tone="accent" title={`The embedded service stood in, over ${protocol}`}>
      Rehearsal
    </Badge>
  );
}
