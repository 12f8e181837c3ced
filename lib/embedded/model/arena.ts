const ALIGNMENT = 64;

/** Hands out addresses of a fixed area one after the other; `reset` gives all of them back. */
export type Arena = {
  floats(count: number): number;
  reset(): void;
};

export function createArena(start: number, bytes: number): Arena {
  let next = start;
  return {
    floats(count) {
      const address = Math.ceil(next / ALIGNMENT) * ALIGNMENT;
      next = address + count * 4;
      if (next > start + bytes) throw new RangeError('The area of the embedded learner is too small.');
      return address;
    },
    reset() {
      next = start;
    },
  };
}
