import { Badge } from '@/components/ui/badge';
import { Tooltip } from '@/components/ui/tooltip';
import type { Comparability } from '@/lib/insight/compare/comparability';

/** Whether the numbers of these runs mean the same; the reason is a hover, or a focus, away. */
export function ComparableBadge({ badge, tone, reason }: Comparability) {
  return (
    <Tooltip content={reason}>
      <Badge tone={tone} tabIndex={0} aria-label={`${badge}: ${reason}`} role="note">
        {badge}
      </Badge>
    </Tooltip>
  );
}
