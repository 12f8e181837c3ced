import { expect, test } from 'vitest';
import { createSlots } from './slots';

function held() {
  let letGo: () => void = () => undefined;
  const work = new Promise<void>((resolve) => (letGo = resolve));
  return { work, letGo: () => letGo() };
}

test('only so many work at once, and the others follow in the order of asking', async () => {
  const slots = createSlots(2);
  const begun: number[] = [];
  const jobs = [held(), held(), held(), held()];
  const ends = jobs.map((job, index) =>
    slots.during(async () => {
      begun.push(index);
      await job.work;
    }),
  );
  expect(begun).toEqual([0, 1]);
  jobs[1]?.letGo();
  await ends[1];
  expect(begun).toEqual([0, 1, 2]);
  for (const job of jobs) job.letGo();
  await Promise.all(ends);
  expect(begun).toEqual([0, 1, 2, 3]);
});

test('a failure gives its place back', async () => {
  const slots = createSlots(1);
  await expect(slots.during(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(await slots.during(() => Promise.resolve('next'))).toBe('next');
});
