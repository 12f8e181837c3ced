const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Acts once a signal is aborted, unless the function that is returned is called before. A signal has one listener
 * however many calls wait for it: adding and removing listeners gets slower with each that there is, and Node.js warns
 * of more than ten. An aborted signal does not act any more: look at it first.
 */
export function onAbort(signal: AbortSignal, act: () => void): () => void {
  const acts = waiting.get(signal) ?? listen(signal);
  acts.add(act);
  return () => {
    acts.delete(act);
  };
}

function listen(signal: AbortSignal): Set<() => void> {
  const acts = new Set<() => void>();
  waiting.set(signal, acts);
  signal.addEventListener('abort', () => acts.forEach((act) => act()), { once: true });
  return acts;
}
