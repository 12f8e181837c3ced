import { expect } from 'vitest';

/** `expect.stringMatching` with a type: its own result is `any`. */
export function matching(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}
