import { useCallback, useLayoutEffect, useRef } from 'react';

/**
 * One function for all renders, which calls the newest: for parts that are drawn anew only when what they show has
 * changed. To be called in answer to an event, never while drawing.
 */
export function useStable<Args extends readonly unknown[], Result>(
  callback: (...args: Args) => Result,
): (...args: Args) => Result {
  const newest = useRef(callback);
  useLayoutEffect(() => {
    newest.current = callback;
  });
  return useCallback((...args: Args) => newest.current(...args), []);
}
