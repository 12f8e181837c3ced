/** Everything that one seed decides is drawn under a purpose of its own, so that no two draws share a stream. */
export type SeedPurpose =
  'data_order' | 'rollout' | 'validation' | 'warm_start_order' | 'warm_start_check' | 'turn' | 'sub_agent';

const PURPOSE_CODE: Readonly<Record<SeedPurpose, number>> = {
  data_order: 1,
  rollout: 2,
  validation: 3,
  warm_start_order: 4,
  warm_start_check: 5,
  turn: 6,
  sub_agent: 7,
};

/** A 32-bit seed out of the run's seed, a purpose and coordinates such as (step, prompt, sample). Depends on nothing else. */
export function deriveSeed(seed: number, purpose: SeedPurpose, ...coordinates: readonly number[]): number {
  // a seed may be larger than 32 bits: both halves count
  let state = mix(0x9e3779b9, seed >>> 0);
  state = mix(state, Math.floor(seed / 2 ** 32) >>> 0);
  state = mix(state, PURPOSE_CODE[purpose]);
  for (const coordinate of coordinates) state = mix(state, coordinate >>> 0);
  return state;
}

/** 0, 1, …, count − 1 in a seeded order (Fisher–Yates). */
export function shuffledOrder(count: number, seed: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  const random = createRandom(seed);
  for (let last = count - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const kept = order[last] ?? 0;
    order[last] = order[other] ?? 0;
    order[other] = kept;
  }
  return order;
}

/** Numbers in [0, 1) from a counter through a 32-bit finalizer (murmur3's constants). */
export function createRandom(seed: number): () => number {
  let counter = 0;
  return () => {
    counter += 1;
    return (mix(mix(seed >>> 0, counter), 0x85ebca6b) >>> 0) / 2 ** 32;
  };
}

function mix(state: number, value: number): number {
  let hash = Math.imul(state ^ value, 0xcc9e2d51);
  hash = (hash << 15) | (hash >>> 17);
  hash = Math.imul(hash, 0x1b873593) ^ state;
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  hash ^= hash >>> 16;
  return hash >>> 0;
}
