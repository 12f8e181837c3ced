import type { TextHash } from './text-hash';

const FIRST_SLOTS = 4096;
const MAX_LOAD = 0.6;

/** Which row had a text first. Twelve bytes per slot: two million texts take 48 MiB. */
export type TextIndex = {
  /** Texts that differ. */
  size(): number;
  /** The row that was added first with this hash; null when there is none. */
  find(hash: TextHash): number | null;
  /** Adds a row unless its hash is known; returns the row that is known, else null. */
  add(hash: TextHash, row: number): number | null;
};

export function createTextIndex(): TextIndex {
  let slots = makeSlots(FIRST_SLOTS);
  let size = 0;

  function grow(): void {
    const old = slots;
    slots = makeSlots(old.rows.length * 2);
    for (let slot = 0; slot < old.rows.length; slot += 1) {
      const row = old.rows[slot] ?? 0;
      if (row === 0) continue;
      const hash = { high: old.highs[slot] ?? 0, low: old.lows[slot] ?? 0 };
      put(slots, slotOf(slots, hash), { hash, row });
    }
  }
  return {
    size: () => size,
    find: (hash) => known(slots.rows[slotOf(slots, hash)]),
    add: (hash, row) => {
      const slot = slotOf(slots, hash);
      const found = known(slots.rows[slot]);
      if (found !== null) return found;
      put(slots, slot, { hash, row: row + 1 });
      size += 1;
      if (size > slots.rows.length * MAX_LOAD) grow();
      return null;
    },
  };
}

/** `rows` holds row + 1; 0 is an empty slot. */
type Slots = { readonly highs: Uint32Array; readonly lows: Uint32Array; readonly rows: Uint32Array };

function makeSlots(count: number): Slots {
  return { highs: new Uint32Array(count), lows: new Uint32Array(count), rows: new Uint32Array(count) };
}

function slotOf({ highs, lows, rows }: Slots, { high, low }: TextHash): number {
  const mask = rows.length - 1;
  let slot = low & mask;
  while (rows[slot] !== 0 && (highs[slot] !== high || lows[slot] !== low)) slot = (slot + 1) & mask;
  return slot;
}

function put(
  slots: Slots,
  slot: number,
  { hash, row }: { readonly hash: TextHash; readonly row: number },
): void {
  slots.highs[slot] = hash.high;
  slots.lows[slot] = hash.low;
  slots.rows[slot] = row;
}

function known(row: number | undefined): number | null {
  return row === undefined || row === 0 ? null : row - 1;
}
