/** Okabe–Ito hues by name; the style sheet gives each its shade per theme as `--series-<name>`. */
export const SERIES_COLORS = [
  'self-hosted',
  'tinker',
  'weaver',
  'embedded',
  'environment',
  'sky',
  'yellow',
  'common',
] as const;
export type SeriesColor = (typeof SERIES_COLORS)[number];

/** Without grey, which says "for comparison only". */
const CHOICE = SERIES_COLORS.filter((color) => color !== 'common');

const BY_NAME: Readonly<Record<string, SeriesColor>> = {
  self_hosted: 'self-hosted',
  tinker: 'tinker',
  weaver: 'weaver',
  embedded: 'embedded',
  train: 'self-hosted',
  mean: 'self-hosted',
  exact: 'weaver',
  'held-out': 'weaver',
  max: 'embedded',
  'all right': 'self-hosted',
  'all wrong': 'tinker',
  high: 'self-hosted',
  low: 'tinker',
  rollout: 'self-hosted',
  evaluate: 'embedded',
  train_step: 'tinker',
  sync: 'weaver',
  rest: 'common',
};

/** The same name has the same colour on every page, whatever stands beside it. */
export function colorOf(name: string): SeriesColor {
  const known = BY_NAME[name];
  if (known !== undefined) return known;
  let hash = 2_166_136_261;
  for (let index = 0; index < name.length; index += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 16_777_619);
  }
  return pick(hash >>> 0);
}

export function cssColor(color: SeriesColor): string {
  return `var(--series-${color})`;
}

export type RunStyle = {
  readonly color: SeriesColor;
  /** SVG dash pattern; tells runs apart that share a hue. */
  readonly dash: string | null;
};

const DASHES = [null, '5 3', '2 2', '8 3 2 3'] as const;

/**
 * Runs on different backends wear their backend's colour; otherwise the colour follows the run's number. Whoever
 * comes second to a colour is dashed, so a run keeps its hue when others join.
 */
export function styleRuns(runs: readonly { id: number; backend: string }[]): ReadonlyMap<number, RunStyle> {
  const byBackend = new Set(runs.map((run) => run.backend)).size === runs.length && runs.length > 1;
  const used = new Map<SeriesColor, number>();
  const styles = new Map<number, RunStyle>();
  for (const run of runs.toSorted((a, b) => a.id - b.id)) {
    const color = byBackend ? colorOf(run.backend) : pick(run.id - 1);
    const taken = used.get(color) ?? 0;
    used.set(color, taken + 1);
    styles.set(run.id, { color, dash: DASHES[taken % DASHES.length] ?? null });
  }
  return styles;
}

function pick(number: number): SeriesColor {
  return CHOICE[number % CHOICE.length] ?? 'common';
}
