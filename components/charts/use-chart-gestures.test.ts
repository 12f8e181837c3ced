// @vitest-environment jsdom
import { act, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type ChartGestures, useChartGestures } from './use-chart-gestures';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function hand(changes: Partial<ChartGestures> = {}) {
  const onZoom = vi.fn();
  const onPick = vi.fn();
  const { result } = renderHook(() =>
    useChartGestures({ domain: [0, 100], isZoomed: false, onZoom, onPick, ...changes }),
  );
  const at = (activeLabel: number) => ({
    activeLabel,
    activeIndex: 0,
    activeTooltipIndex: 0,
    isTooltipActive: true,
    activeDataKey: undefined,
    activeCoordinate: undefined,
  });
  return {
    onZoom,
    onPick,
    result,
    press: (step: number) => act(() => result.current.chart.onMouseDown(at(step))),
    move: (step: number) => act(() => result.current.chart.onMouseMove(at(step))),
    pinAt: (step: number) => act(() => result.current.chart.onMouseDown(at(step), { shiftKey: true })),
    release: () => act(() => result.current.chart.onMouseUp()),
  };
}

test('a drag zooms into the steps it marks, in whichever direction', () => {
  const { press, move, release, onZoom, onPick } = hand();
  press(60);
  move(20);
  release();
  expect(onZoom.mock.calls).toEqual([[{ from: 20, to: 60 }]]);
  vi.runAllTimers();
  expect(onPick).not.toHaveBeenCalled();
});

test('a click picks its step', () => {
  const { press, release, onPick } = hand();
  press(42);
  release();
  expect(onPick.mock.calls).toEqual([[42]]);
});

test('in a zoomed chart a double click shows all again and picks nothing', () => {
  const { press, release, onPick, onZoom, result } = hand({ isZoomed: true });
  press(42);
  release();
  press(42);
  release();
  act(() => result.current.frame.onDoubleClick());
  vi.runAllTimers();
  expect(onZoom.mock.calls).toEqual([[null]]);
  expect(onPick).not.toHaveBeenCalled();
});

test('leaving the chart drops a drag under way', () => {
  const { press, move, onZoom, release, result } = hand();
  press(10);
  move(20);
  act(() => result.current.chart.onMouseLeave());
  release();
  expect(onZoom).not.toHaveBeenCalled();
});

test('shift and click pins the values of a step, and takes the pin off again; nothing is picked or zoomed', () => {
  const { pinAt, release, result, onPick, onZoom } = hand();
  pinAt(42);
  release();
  expect(result.current.pinned).toBe(42);
  pinAt(42);
  expect(result.current.pinned).toBeNull();
  vi.runAllTimers();
  expect(onPick).not.toHaveBeenCalled();
  expect(onZoom).not.toHaveBeenCalled();
});
