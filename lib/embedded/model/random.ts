/** Finaliser of MurmurHash3 (Appleby): every input bit reaches every output bit. */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/**
 * The `counter`-th uniform number in [0, 1) of the stream `seed` (any safe integer). It has no state, so a draw
 * depends on nothing but its two arguments.
 */
export function uniform(seed: number, counter: number): number {
  const low = mix((seed | 0) ^ 0x9e3779b9);
  const high = mix(Math.floor(seed / 0x1_0000_0000) ^ low);
  const hash = mix(mix(Math.imul(counter, 0x9e3779b1) ^ high) ^ low);
  return (hash >>> 8) / 0x100_0000;
}

/** The `counter`-th standard normal number of the stream `seed` (Box and Muller, 1958). */
export function normal(seed: number, counter: number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - uniform(seed, 2 * counter)));
  return radius * Math.cos(2 * Math.PI * uniform(seed, 2 * counter + 1));
}
