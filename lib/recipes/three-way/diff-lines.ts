/** A stretch of the old lines that the new ones replace; ends are exclusive, and either may be empty. */
export type LineChange = {
  readonly start: number;
  readonly end: number;
  readonly newStart: number;
  readonly newEnd: number;
};

/** Beyond this many differing lines the middle counts as one change: the search is quadratic in them. */
const MAX_DIFFERENCES = 1_500;

/** The shortest list of changes that leads from `before` to `after` (E. Myers, 1986), in order. */
export function diffLines(before: readonly string[], after: readonly string[]): readonly LineChange[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  const room = Math.min(before.length, after.length) - head;
  while (tail < room && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  const [oldMiddle, newMiddle] = [
    before.slice(head, before.length - tail),
    after.slice(head, after.length - tail),
  ];
  if (oldMiddle.length === 0 && newMiddle.length === 0) return [];
  return changesBetween(matches(oldMiddle, newMiddle), oldMiddle.length, newMiddle.length).map((change) => ({
    start: change.start + head,
    end: change.end + head,
    newStart: change.newStart + head,
    newEnd: change.newEnd + head,
  }));
}

type Match = readonly [old: number, fresh: number];

/** Pairs of equal lines that stay, in order; none when the texts differ too much to search. */
function matches(before: readonly string[], after: readonly string[]): readonly Match[] {
  const trace: Map<number, number>[] = [];
  const reached = new Map<number, number>([[1, 0]]);
  for (let cost = 0; cost <= Math.min(before.length + after.length, MAX_DIFFERENCES); cost += 1) {
    trace.push(new Map(reached));
    for (let diagonal = -cost; diagonal <= cost; diagonal += 2) {
      let x = startOf(reached, diagonal, cost);
      while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]) x += 1;
      reached.set(diagonal, x);
      if (x >= before.length && x - diagonal >= after.length)
        return walkBack(trace, before.length, after.length);
    }
  }
  return [];
}

function isDown(reached: ReadonlyMap<number, number>, diagonal: number, cost: number): boolean {
  const [below, above] = [reached.get(diagonal + 1) ?? -1, reached.get(diagonal - 1) ?? -1];
  return diagonal === -cost || (diagonal !== cost && above < below);
}

function startOf(reached: ReadonlyMap<number, number>, diagonal: number, cost: number): number {
  return isDown(reached, diagonal, cost)
    ? (reached.get(diagonal + 1) ?? 0)
    : (reached.get(diagonal - 1) ?? 0) + 1;
}

function walkBack(
  trace: readonly Map<number, number>[],
  oldLength: number,
  newLength: number,
): readonly Match[] {
  const found: Match[] = [];
  let [x, y] = [oldLength, newLength];
  for (let cost = trace.length - 1; cost >= 0; cost -= 1) {
    const reached = trace[cost] ?? new Map<number, number>();
    const diagonal = x - y;
    const previous = isDown(reached, diagonal, cost) ? diagonal + 1 : diagonal - 1;
    const previousX = cost === 0 ? 0 : (reached.get(previous) ?? 0);
    const previousY = cost === 0 ? 0 : previousX - previous;
    while (x > previousX && y > previousY) {
      x -= 1;
      y -= 1;
      found.push([x, y]);
    }
    [x, y] = [previousX, previousY];
  }
  return found.toReversed();
}

function changesBetween(
  pairs: readonly Match[],
  oldLength: number,
  newLength: number,
): readonly LineChange[] {
  const changes: LineChange[] = [];
  let [start, newStart] = [0, 0];
  for (const [end, newEnd] of [...pairs, [oldLength, newLength] as const]) {
    if (end > start || newEnd > newStart) changes.push({ start, end, newStart, newEnd });
    [start, newStart] = [end + 1, newEnd + 1];
  }
  return changes;
}
