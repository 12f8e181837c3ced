import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { onAbort } from './on-abort';

test('many wait for one signal through one listener, and each acts once', () => {
  const controller = new AbortController();
  const acted: number[] = [];
  const stops = Array.from({ length: 50 }, (_, call) => onAbort(controller.signal, () => acted.push(call)));
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
  for (const stop of stops.slice(2)) stop();
  controller.abort();
  controller.abort();
  expect(acted).toEqual([0, 1]);
});

test('signals act by themselves, also on what waited for after others had returned', () => {
  const [one, other] = [new AbortController(), new AbortController()];
  const acted: string[] = [];
  onAbort(one.signal, () => acted.push('first'))();
  onAbort(one.signal, () => acted.push('one'));
  onAbort(other.signal, () => acted.push('other'));
  one.abort();
  expect(acted).toEqual(['one']);
});
