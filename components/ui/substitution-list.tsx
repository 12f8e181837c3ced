import type { Substitution } from '@/lib/domain/rehearsal';
import { configText } from '@/lib/insight/config-text';
import { cn } from './cn';

/** Key, from, to and why: what a rehearsal runs otherwise than a launch. */
export function SubstitutionList(props: { substitutions: readonly Substitution[]; className?: string }) {
  return (
    <ul className={cn('mt-2 grid gap-x-6 gap-y-2 text-sm', props.className)} aria-label="Substituted keys">
      {props.substitutions.map(({ key, from, to, reason }) => (
        <li key={key}>
          <p className="font-mono wrap-anywhere">
            {key}: {configText(from)} → {configText(to)}
          </p>
          <p className="text-muted">{reason}</p>
        </li>
      ))}
    </ul>
  );
}
