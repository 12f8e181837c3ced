export type Mutex = {
  /** Resolves with the function that lets the next one in; the order of asking is kept. */
  acquire(): Promise<() => void>;
};

export function createMutex(): Mutex {
  let tail = Promise.resolve();
  return {
    acquire: async () => {
      const before = tail;
      const { promise, release } = gate();
      tail = promise;
      await before;
      return release;
    },
  };
}

function gate(): { readonly promise: Promise<void>; readonly release: () => void } {
  let release = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { promise, release };
}
