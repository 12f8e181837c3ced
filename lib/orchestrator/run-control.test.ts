import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createRunControl, StopRequested } from './run-control';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function control() {
  const changes: string[] = [];
  return { changes, run: createRunControl({ graceMs: 2000, onChange: (change) => changes.push(change) }) };
}

test('a stop ends waits at once and training after its grace', () => {
  const { run, changes } = control();
  run.command('stop');
  expect(run.soft.aborted).toBe(true);
  expect(run.soft.reason).toBeInstanceOf(StopRequested);
  expect(run.hard.aborted).toBe(false);
  vi.advanceTimersByTime(2000);
  expect(run.hard.aborted).toBe(true);
  expect(changes).toEqual(['stopping']);
});

test('a second stop ends training too', () => {
  const { run, changes } = control();
  run.command('stop');
  run.command('stop');
  expect(run.hard.aborted).toBe(true);
  expect(changes).toEqual(['stopping']);
});

test('a paused run waits until it is resumed', async () => {
  const { run, changes } = control();
  run.command('pause');
  const waiting = run.resumed();
  run.command('resume');
  await waiting;
  expect(run.isPauseRequested).toBe(false);
  expect(changes).toEqual(['pausing', 'continuing']);
});

test('a stop wakes a paused run', async () => {
  const { run } = control();
  run.command('pause');
  const waiting = run.resumed();
  run.command('stop');
  await expect(waiting).rejects.toThrow('told to stop');
});

test('commands that change nothing are no changes', () => {
  const { run, changes } = control();
  run.command('resume');
  run.command('pause');
  run.command('pause');
  run.command('stop');
  run.command('resume');
  expect(changes).toEqual(['pausing', 'stopping']);
});

test('a stop ends a wait for work that does not come, and work that comes is handed on', async () => {
  const { run } = control();
  expect(await run.orStopped(Promise.resolve(3))).toBe(3);
  const waiting = run.orStopped(new Promise(() => undefined));
  run.command('stop');
  await expect(waiting).rejects.toThrow('told to stop');
});
