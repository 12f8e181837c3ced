import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createGroupStore } from './group-store';

type Member = { readonly id: number; readonly task: number };

const members = fc
  .array(fc.nat(4), { maxLength: 60 })
  .map((tasks) => tasks.map((task, id): Member => ({ id, task })));

test('nothing is lost or doubled, and only whole groups are finished before the flush', () => {
  fc.assert(
    fc.property(members, fc.integer({ min: 1, max: 5 }), (all, groupSize) => {
      const store = createGroupStore<Member>({ keys: ['task'], groupSize });
      for (const member of all) expect(store.put(member, { task: member.task })).toBeNull();
      expect(store.finished + store.waiting).toBe(all.length);
      expect(store.finished % groupSize).toBe(0);
      const whole = store.take(store.finished);
      for (let at = 0; at < whole.length; at += groupSize) {
        expect(new Set(whole.slice(at, at + groupSize).map(({ task }) => task)).size).toBe(1);
      }
      store.flush();
      expect(store.waiting).toBe(0);
      const ids = [...whole, ...store.take(store.finished)].map(({ id }) => id);
      expect(ids.toSorted((a, b) => a - b)).toEqual(all.map(({ id }) => id));
    }),
  );
});

test('several keys name a group together, and a member that lacks one is not taken', () => {
  const store = createGroupStore<string>({ keys: ['task', 'source'], groupSize: 2 });
  store.put('a', { task: 1, source: 'x' });
  store.put('b', { task: 1, source: 'y' });
  expect(store.finished).toBe(0);
  store.put('c', { task: 1, source: 'y' });
  expect(store.take(5)).toEqual(['b', 'c']);
  expect(store.put('d', { task: 1, source: null })).toBe('source');
  expect(store.waiting).toBe(1);
});
