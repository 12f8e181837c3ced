export type TabRoom = {
  /** Pixels for the row, the menu included. */
  readonly available: number;
  /** Of the button that opens the menu. */
  readonly menu: number;
  /** Index of the tab that must be in the row. */
  readonly chosen: number;
};

/** Indices of the tabs that stand whole in the row, in order; the others go to the menu. Widths in pixels. */
export function fitTabs(widths: readonly number[], { available, menu, chosen }: TabRoom): readonly number[] {
  const all = widths.map((_, index) => index);
  if (sum(widths) <= available) return all;
  const room = available - menu;
  let used = widths[chosen] ?? 0;
  const shown = new Set(chosen in widths ? [chosen] : []);
  for (const [index, width] of widths.entries()) {
    if (index === chosen) continue;
    if (used + width > room) break;
    used += width;
    shown.add(index);
  }
  return all.filter((index) => shown.has(index));
}

function sum(widths: readonly number[]): number {
  return widths.reduce((total, width) => total + width, 0);
}
