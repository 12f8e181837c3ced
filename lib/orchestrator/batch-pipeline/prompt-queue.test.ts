import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPromptQueue } from './prompt-queue';

test('prompts come in order, those that came back before the others', () => {
  const queue = createPromptQueue({ next: 6, pending: [4, 2] });
  expect([queue.take(), queue.take(), queue.take()]).toEqual([2, 4, 6]);
  queue.giveBack(4);
  expect(queue.take()).toBe(4);
});

test('a prompt that came back twice is finished', () => {
  const queue = createPromptQueue(null);
  const prompt = queue.take();
  expect(queue.giveBack(prompt)).toBe(true);
  queue.take();
  expect(queue.giveBack(prompt)).toBe(false);
  expect(queue.position()).toEqual({ next: 1, pending: [] });
});

test('wherever a run is stopped, it and its successor finish every prompt exactly once', () => {
  const act = fc.record({ finishes: fc.boolean(), which: fc.nat() });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), fc.nat(59), (acts, stop) => {
      const finished: number[] = [];
      let queue = createPromptQueue(null);
      let open: number[] = [];
      for (const [index, { finishes, which }] of acts.entries()) {
        if (index === stop) {
          queue = createPromptQueue(queue.position());
          open = [];
        }
        if (!finishes || open.length === 0) {
          open.push(queue.take());
          continue;
        }
        const prompt = open.splice(which % open.length, 1)[0] ?? 0;
        queue.finish(prompt);
        finished.push(prompt);
      }
      const { next, pending } = queue.position();
      const all = [...finished, ...pending].sort((left, right) => left - right);
      expect(all).toEqual(Array.from({ length: next }, (_, prompt) => prompt));
    }),
  );
});
