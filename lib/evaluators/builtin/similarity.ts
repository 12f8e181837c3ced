/** From this length on, characters that make up more than one in a hundred are left out of the index ("autojunk"). */
const POPULAR_FROM = 200;

type Block = { readonly a: number; readonly b: number; readonly size: number };
type Range = { readonly aLow: number; readonly aHigh: number; readonly bLow: number; readonly bHigh: number };

/**
 * Python's `difflib.SequenceMatcher(None, left, right).ratio()`, to the last bit: twice the characters (code points) in
 * matching blocks over those of both texts; 1 for two empty ones. Longest common blocks first, leftmost among equals.
 * Takes time in the product of the lengths at worst.
 */
export function similarity(left: string, right: string): number {
  const a = Array.from(left);
  const b = Array.from(right);
  const length = a.length + b.length;
  if (length === 0) return 1;
  return (2 * matching(a, b)) / length;
}

function matching(a: readonly string[], b: readonly string[]): number {
  const places = placesOf(b);
  const open: Range[] = [{ aLow: 0, aHigh: a.length, bLow: 0, bHigh: b.length }];
  let total = 0;
  for (let range = open.pop(); range !== undefined; range = open.pop()) {
    const block = longestBlock(a, b, { places, range });
    if (block.size === 0) continue;
    total += block.size;
    const { aLow, aHigh, bLow, bHigh } = range;
    const [aEnd, bEnd] = [block.a + block.size, block.b + block.size];
    if (aLow < block.a && bLow < block.b) open.push({ aLow, aHigh: block.a, bLow, bHigh: block.b });
    if (aEnd < aHigh && bEnd < bHigh) open.push({ aLow: aEnd, aHigh, bLow: bEnd, bHigh });
  }
  return total;
}

/** Where each character of `b` stands, ascending, without the popular ones. */
function placesOf(b: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  for (const [index, character] of b.entries()) {
    const list = places.get(character);
    if (list) list.push(index);
    else places.set(character, [index]);
  }
  if (b.length < POPULAR_FROM) return places;
  const most = Math.floor(b.length / 100) + 1;
  return new Map([...places].filter(([, list]) => list.length <= most));
}

function longestBlock(
  a: readonly string[],
  b: readonly string[],
  { places, range }: { readonly places: ReadonlyMap<string, readonly number[]>; readonly range: Range },
): Block {
  const { aLow, aHigh, bLow, bHigh } = range;
  let best: Block = { a: aLow, b: bLow, size: 0 };
  // lengths of the matches that end at the character of `a` before this one, by their end in `b`
  let before = new Map<number, number>();
  for (let i = aLow; i < aHigh; i += 1) {
    const here = new Map<number, number>();
    for (const j of places.get(a[i] ?? '') ?? []) {
      if (j < bLow) continue;
      if (j >= bHigh) break;
      const size = (before.get(j - 1) ?? 0) + 1;
      here.set(j, size);
      if (size > best.size) best = { a: i - size + 1, b: j - size + 1, size };
    }
    before = here;
  }
  return widened(a, b, { block: best, range });
}

/** Popular characters are in no index, but they do continue a block. */
function widened(
  a: readonly string[],
  b: readonly string[],
  { block, range }: { readonly block: Block; readonly range: Range },
): Block {
  let { a: i, b: j, size } = block;
  while (i > range.aLow && j > range.bLow && a[i - 1] === b[j - 1]) {
    i -= 1;
    j -= 1;
    size += 1;
  }
  while (i + size < range.aHigh && j + size < range.bHigh && a[i + size] === b[j + size]) size += 1;
  return { a: i, b: j, size };
}
