import type { TextHash } from './text-hash';

/** A few megabytes per column. */
const EXACT_UP_TO = 65_536;
/** 2^12 registers of HyperLogLog (Flajolet et al. 2007): a standard error of 1.6 %. */
const REGISTER_BITS = 12;
const REGISTERS = 2 ** REGISTER_BITS;
const ALPHA = 0.7213 / (1 + 1.079 / REGISTERS);

/** How many different values there are: exact while they are few, then an estimate in 4 KiB. */
export type DistinctCount = {
  add(hash: TextHash): void;
  result(): { readonly count: number; readonly isExact: boolean };
};

export function createDistinctCount(): DistinctCount {
  const exact = new Set<number>();
  const registers = new Uint8Array(REGISTERS);
  return {
    add: ({ high, low }) => {
      if (exact.size <= EXACT_UP_TO) exact.add((high & 0x1fffff) * 2 ** 32 + low);
      const register = low & (REGISTERS - 1);
      // the position of the first 1 in bits that did not choose the register
      registers[register] = Math.max(registers[register] ?? 0, Math.clz32(high) + 1);
    },
    result: () =>
      exact.size <= EXACT_UP_TO
        ? { count: exact.size, isExact: true }
        : { count: Math.round(estimate(registers)), isExact: false },
  };
}

function estimate(registers: Uint8Array): number {
  let sum = 0;
  let empty = 0;
  for (const rank of registers) {
    sum += 2 ** -rank;
    if (rank === 0) empty += 1;
  }
  const raw = (ALPHA * REGISTERS ** 2) / sum;
  return raw <= 2.5 * REGISTERS && empty > 0 ? REGISTERS * Math.log(REGISTERS / empty) : raw;
}
