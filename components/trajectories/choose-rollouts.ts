import { type HistogramBin, isInBin, prepareHistogram } from '@/lib/charts/prepare-histogram';

type Scored = { readonly reward: number; readonly error: string | null };

/**
 * Rollouts in the chosen bar of the histogram; all of them where none is chosen, or where that bar is gone. Failed ones
 * were not scored and stand in no bar.
 */
export function chooseRollouts<Row extends Scored>(
  rows: readonly Row[],
  bin: number | null,
): { readonly bins: readonly HistogramBin[]; readonly shown: readonly Row[] } {
  const scored = rows.filter(({ error }) => error === null);
  const bins = prepareHistogram(scored.map(({ reward }) => reward));
  const chosen = bins.find(({ index }) => index === bin);
  if (chosen === undefined) return { bins, shown: rows };
  return { bins, shown: scored.filter(({ reward }) => isInBin(bins, chosen, reward)) };
}

export type Move =
  { readonly to: 'rollout'; readonly id: number } | { readonly to: 'step'; readonly step: number };

/** Where a key leads: J and K to the next and the previous rollout, H and L to the earlier and the later step. */
export function moveOf(
  key: string,
  at: {
    readonly rows: readonly { readonly id: number }[];
    readonly selected: number | null;
    readonly steps: readonly number[];
    readonly step: number | null;
  },
): Move | null {
  const index = at.rows.findIndex(({ id }) => id === at.selected);
  const step = at.step ?? 0;
  switch (key) {
    case 'j':
      return toRollout(at.rows[index + 1]);
    case 'k':
      return toRollout(at.rows[index - 1]);
    case 'h':
      return toStep(at.steps.findLast((one) => one < step));
    case 'l':
      return toStep(at.steps.find((one) => one > step));
    default:
      return null;
  }
}

function toRollout(row: { readonly id: number } | undefined): Move | null {
  return row === undefined ? null : { to: 'rollout', id: row.id };
}

function toStep(step: number | undefined): Move | null {
  return step === undefined ? null : { to: 'step', step };
}
