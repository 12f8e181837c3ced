/** Points in a row, both included, at which something was wrong; `end` null = up to the newest. */
export type Episode = {
  readonly begin: number;
  readonly end: number | null;
  /** The last point at which it was wrong. */
  readonly last: number;
};

export type Hysteresis = {
  /** Bad points in a row before anything is said. */
  readonly hold: number;
  /** Well points in a row before it counts as over. */
  readonly release: number;
};

/**
 * Turns a verdict per point into episodes that do not flap: an episode takes `hold` bad points in a row to begin (it
 * then begins with the first of them) and `release` well points in a row to end. A point may be neither. A verdict may
 * ask where the open episode began.
 */
export function findEpisodes(
  length: number,
  verdict: (point: number, begin: number | null) => 'bad' | 'well' | 'between',
  { hold, release }: Hysteresis,
): readonly Episode[] {
  const episodes: Episode[] = [];
  let open: { readonly begin: number; last: number } | null = null;
  let bad = 0;
  let well = 0;
  for (let point = 0; point < length; point += 1) {
    const found = verdict(point, open?.begin ?? null);
    bad = found === 'bad' ? bad + 1 : 0;
    well = found === 'well' ? well + 1 : 0;
    if (open === null && bad >= hold) open = { begin: point - hold + 1, last: point };
    if (open === null) continue;
    if (found === 'bad') open.last = point;
    if (well < release) continue;
    episodes.push({ ...open, end: point - release + 1 });
    open = null;
  }
  if (open !== null) episodes.push({ ...open, end: null });
  return episodes;
}
