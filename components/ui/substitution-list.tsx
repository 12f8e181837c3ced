import type { Substitution } from '@/lib/domain/rehearsal';
import { configText } from '@/lib/insight/config-text';

/** Key, from, to and why: what a rehearsal runs otherwise than a launch. */
export function SubstitutionList({ substitutions }: { substitutions: readonly Substitution[] }) {
  return (
    <ul className="mt-2 flex flex-col gap-2 text-sm" aria-label="Substituted keys">
      {substitutions.map(({ key, from, to, reason }) => (
        <li key={key}>
          <p className="font-mono break-all">
            {key}: {configText(from)} → {configText(to)}
          </p>
          <p className="text-muted">{reason}</p>
        </li>
      ))}
    </ul>
  );
}
