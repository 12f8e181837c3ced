import { type ClassValue, clsx } from 'clsx';
import { extendTailwindMerge } from 'tailwind-merge';

const merge = extendTailwindMerge({
  extend: { classGroups: { rounded: [{ rounded: ['chip', 'button', 'card'] }] } },
});

/** Joins class names; of two utilities for the same property the later one stays. */
export function cn(...values: ClassValue[]): string {
  return merge(clsx(values));
}
