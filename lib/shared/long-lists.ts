import { z } from 'zod';

// Lists as long as a rollout. `z.array` makes an object per element and copies the list; these look at it, once.

export const NumberList = z.custom<readonly number[]>(
  (value) => isListOf(value, (item) => typeof item === 'number'),
  'expected a list of numbers',
);

export const TextList = z.custom<readonly string[]>(
  (value) => isListOf(value, (item) => typeof item === 'string'),
  'expected a list of texts',
);

function isListOf(value: unknown, fits: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(fits);
}
