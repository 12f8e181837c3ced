import { applyEdits } from '@/lib/recipes/edits/apply-edits';
import { secretLiterals } from '@/lib/recipes/environment/secret-literals';

const DOTS = '••••••••';

/** Two versions of a file without their secrets. That one has changed can still be seen: its dots say so. */
export function coverPair(path: string, before: string, after: string): readonly [string, string] {
  const old = secretLiterals(path, before);
  const known = new Set(old.map(({ value }) => value));
  return [
    applyEdits(
      before,
      old.map((literal) => ({ ...literal, text: DOTS })),
    ),
    applyEdits(
      after,
      secretLiterals(path, after).map((literal) => ({
        ...literal,
        text: known.size === 0 || known.has(literal.value) ? DOTS : `${DOTS} (another)`,
      })),
    ),
  ];
}
