export type TokenBar = { readonly from: number; readonly to: number; readonly count: number };

export type TokenBarsModel = {
  readonly bars: readonly (TokenBar & { readonly label: string; readonly isOver: boolean })[];
  /** Label of the bar at whose right edge the limit lies; null when it lies beyond the longest prompt. */
  readonly limitAt: string | null;
  /** The chart in a sentence. */
  readonly summary: string;
};

/** Prompts by their number of tokens, with the limit that a recipe sets. A bar that holds the limit counts as within. */
export function prepareTokenBars(bins: readonly TokenBar[], limit: number): TokenBarsModel {
  const bars = bins.map((bin) => ({
    ...bin,
    label: bin.from === bin.to ? String(bin.from) : `${bin.from}–${bin.to}`,
    isOver: bin.from > limit,
  }));
  const at = bars.findLast(({ from }) => from <= limit);
  const isBeyond = (bins.at(-1)?.to ?? 0) <= limit;
  const rows = bins.reduce((sum, { count }) => sum + count, 0);
  return {
    bars,
    limitAt: isBeyond ? null : (at?.label ?? null),
    summary: `${rows.toLocaleString('en')} prompts of ${bins[0]?.from ?? 0} to ${bins.at(-1)?.to ?? 0} tokens; the limit is ${limit}.`,
  };
}
