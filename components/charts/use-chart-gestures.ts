'use client';

import { type KeyboardEvent, useRef, useState } from 'react';
import type { MouseHandlerDataParam } from 'recharts';

export type StepRange = { readonly from: number; readonly to: number };

export type ChartGestures = {
  readonly domain: readonly [number, number];
  readonly isZoomed: boolean;
  readonly onZoom?: ((range: StepRange | null) => void) | undefined;
  readonly onPick?: ((step: number) => void) | undefined;
};

/** In a zoomed chart a click waits this long for a second one: a double click resets the zoom. */
const DOUBLE_CLICK_MS = 250;
/** Each + or − shows half, or twice, as many steps. */
const KEY_ZOOM = 2;

/**
 * What a hand does to a chart. Drag marks steps to zoom into, double click (or Escape) shows all again, a click (or
 * Enter at the cursor) picks a step, shift and click (or P) pins its values, + and − zoom around the
 * cursor.
 */
export function useChartGestures({ domain, isZoomed, onZoom, onPick }: ChartGestures) {
  const [selection, setSelection] = useState<{ start: number; end: number } | null>(null);
  const cursorRef = useRef<number | null>(null);
  const [pinned, pin] = useState<number | null>(null);
  const pending = useRef<ReturnType<typeof setTimeout> | null>(null);

  function cancelPick(): void {
    if (pending.current !== null) clearTimeout(pending.current);
    pending.current = null;
  }

  function pick(step: number): void {
    if (onPick === undefined) return;
    if (!isZoomed) onPick(step);
    else pending.current = setTimeout(() => onPick(step), DOUBLE_CLICK_MS);
  }

  function finish(): void {
    if (selection === null) return;
    const [from, to] = [Math.min(selection.start, selection.end), Math.max(selection.start, selection.end)];
    setSelection(null);
    cancelPick();
    if (to > from) onZoom?.({ from, to });
    else pick(from);
  }

  function zoomAtCursor(factor: number): void {
    const center = cursorRef.current ?? (domain[0] + domain[1]) / 2;
    const half = Math.max(1, ((domain[1] - domain[0]) * factor) / 2);
    onZoom?.({ from: Math.max(0, Math.round(center - half)), to: Math.round(center + half) });
  }

  function togglePin(step: number | null): void {
    pin(step === pinned ? null : step);
  }

  return {
    selection,
    pinned,
    pin,
    cursorRef,
    chart: {
      onMouseDown: (state: MouseHandlerDataParam, event?: { readonly shiftKey: boolean }) => {
        const step = stepOf(state);
        if (event?.shiftKey === true) togglePin(step);
        else if (step !== null) setSelection({ start: step, end: step });
      },
      onMouseMove: (state: MouseHandlerDataParam) => {
        const step = stepOf(state);
        if (step !== null && selection !== null && step !== selection.end)
          setSelection({ ...selection, end: step });
      },
      onMouseUp: finish,
      onMouseLeave: () => setSelection(null),
    },
    frame: {
      onDoubleClick: () => {
        cancelPick();
        onZoom?.(null);
      },
      onKeyDown: (event: KeyboardEvent) => {
        if (event.key === 'Enter' && cursorRef.current !== null) onPick?.(cursorRef.current);
        else if (event.key === 'Escape' && isZoomed) onZoom?.(null);
        else if (event.key === 'p') togglePin(cursorRef.current);
        else if (event.key === '+' || event.key === '=') zoomAtCursor(1 / KEY_ZOOM);
        else if (event.key === '-') zoomAtCursor(KEY_ZOOM);
      },
    },
  };
}

function stepOf({ activeLabel }: MouseHandlerDataParam): number | null {
  const step = typeof activeLabel === 'string' ? Number(activeLabel) : activeLabel;
  return step === undefined || !Number.isFinite(step) ? null : step;
}
