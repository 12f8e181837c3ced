import { editDistance } from '@/lib/shared/edit-distance';

/** The name most like a misspelt one, or null when none is near. */
export function nearest(name: string, candidates: Iterable<string>): string | null {
  const limit = name.length < 4 ? 1 : Math.max(2, Math.floor(name.length / 3));
  let best: { readonly candidate: string; readonly distance: number } | null = null;
  for (const candidate of candidates) {
    // each letter more or less is an edit
    if (Math.abs(candidate.length - name.length) > limit) continue;
    const distance = editDistance(name, candidate);
    if (distance > 0 && distance <= limit && distance < (best?.distance ?? Infinity))
      best = { candidate, distance };
  }
  return best?.candidate ?? null;
}
