import { afterEach, beforeEach, expect, vi } from 'vitest';

// React's and our own warnings are bugs: an unexpected console.error fails the test.
beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(() => {
  expect(vi.mocked(console.error).mock.calls).toEqual([]);
});
