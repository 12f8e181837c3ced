import type { Comparison } from './use-comparison';

/** `changes 3 variants of 2 recipes`; null when edits change nothing. */
export function radiusText({ compared }: Comparison): string | null {
  const entries = Object.entries(compared)
    .filter(([, { changes, newErrors }]) => changes.length > 0 || newErrors.length > 0)
    .map(([entry]) => entry);
  if (entries.length === 0) return null;
  const recipes = new Set(entries.map((entry) => entry.split('/', 1).join(''))).size;
  const counted = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;
  return `changes ${counted(entries.length, 'variant')} of ${counted(recipes, 'recipe')}`;
}
