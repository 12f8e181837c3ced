import { setMaxListeners } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ServiceError } from '../service-error';
import { type Outage, OutageGate, type OutageSettings } from './outage-gate';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const NEVER = new AbortController().signal;
const refused = (): ServiceError => new ServiceError('refused', 'nobody listens');
const busy = (): ServiceError => new ServiceError('rejected', 'HTTP 503', { retryable: true });

function gateWith(settings: Partial<OutageSettings> = {}) {
  const told: (Outage | null)[] = [];
  const stop = new AbortController();
  setMaxListeners(0, stop.signal, NEVER);
  const gate = new OutageGate({
    service: 'inference service',
    settings: { failures: 3, firstPauseMs: 1000, longestPauseMs: 4000, maxWaitMs: null, ...settings },
    onChange: (outage) => told.push(outage),
    stop: stop.signal,
    now: Date.now,
    random: () => 1,
  });
  return { gate, told, stop };
}

/** A service that fails until told otherwise. */
function service(failure: () => Error) {
  const state = { calls: 0, isWell: false };
  const call = (): Promise<string> => {
    state.calls += 1;
    return state.isWell ? Promise.resolve('answer') : Promise.reject(failure());
  };
  return { state, call };
}

test('while a service is out its callers wait, one tries for all, and pauses grow to the longest', async () => {
  const { gate, told } = gateWith();
  const { state, call } = service(refused);
  const answers = Promise.all(Array.from({ length: 50 }, () => gate.through(call, NEVER)));
  await vi.advanceTimersByTimeAsync(0);
  expect(state.calls).toBe(50);
  await vi.advanceTimersByTimeAsync(1000 + 2000 + 4000 + 4000);
  expect(state.calls).toBe(54);
  const pauses = told.map((outage) => (outage === null ? null : outage.nextTryAt - outage.since));
  expect(pauses).toEqual([1000, 3000, 7000, 11_000, 15_000]);
  state.isWell = true;
  await vi.advanceTimersByTimeAsync(4000);
  await expect(answers).resolves.toHaveLength(50);
  expect(told.at(-1)).toBeNull();
  // the seconds of the outage, and none after it
  await vi.advanceTimersByTimeAsync(60_000);
  expect(gate.outageMs).toBe(15_000);
});

test('a failure now and then is the caller’s, several in a row are an outage', async () => {
  const { gate, told } = gateWith();
  const { state, call } = service(busy);
  await expect(gate.through(call, NEVER)).rejects.toThrow('HTTP 503');
  state.isWell = true;
  await gate.through(call, NEVER);
  state.isWell = false;
  for (let count = 0; count < 2; count += 1) await expect(gate.through(call, NEVER)).rejects.toThrow('503');
  expect(told).toEqual([]);
  const third = gate.through(call, NEVER);
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toHaveLength(1);
  state.isWell = true;
  await vi.advanceTimersByTimeAsync(1000);
  await expect(third).resolves.toBe('answer');
});

test('a refusal of the request itself is an answer', async () => {
  const { gate, told } = gateWith({ failures: 1 });
  const { call } = service(() => new ServiceError('rejected', 'HTTP 400'));
  await expect(gate.through(call, NEVER)).rejects.toThrow('HTTP 400');
  expect(told).toEqual([]);
});

test('when the one that tries is aborted, another takes its turn', async () => {
  const { gate } = gateWith();
  const { state, call } = service(refused);
  const abort = new AbortController();
  const first = gate.through(async () => {
    if (state.calls === 0) return call();
    await new Promise((_, reject) => {
      abort.signal.addEventListener('abort', () => reject(new Error('aborted')));
    });
    return '';
  }, abort.signal);
  const refusedFirst = expect(first).rejects.toThrow('aborted');
  await vi.advanceTimersByTimeAsync(0);
  const second = gate.through(call, NEVER);
  await vi.advanceTimersByTimeAsync(1000);
  state.isWell = true;
  abort.abort(new Error('aborted'));
  await expect(second).resolves.toBe('answer');
  await refusedFirst;
});

test('a stop ends every wait with its reason', async () => {
  const { gate, stop } = gateWith();
  const { call } = service(refused);
  const waits = Array.from({ length: 3 }, () =>
    expect(gate.through(call, NEVER)).rejects.toThrow('told to stop'),
  );
  await vi.advanceTimersByTimeAsync(0);
  stop.abort(new Error('told to stop'));
  await Promise.all(waits);
  await expect(gate.through(call, NEVER)).rejects.toThrow('told to stop');
});

test('an outage longer than the limit fails all that wait', async () => {
  const { gate, told } = gateWith({ maxWaitMs: 2500 });
  const { call } = service(refused);
  const waits = Array.from({ length: 3 }, () =>
    expect(gate.through(call, NEVER)).rejects.toMatchObject({ kind: 'rejected', retryable: false }),
  );
  await vi.advanceTimersByTimeAsync(3000);
  await Promise.all(waits);
  expect(told.at(-1)).toBeNull();
});

test('a call that nobody repeats waits at the first failure', async () => {
  const { gate } = gateWith();
  const { state, call } = service(busy);
  const answer = gate.through(call, NEVER, 1);
  await vi.advanceTimersByTimeAsync(0);
  state.isWell = true;
  await vi.advanceTimersByTimeAsync(1000);
  await expect(answer).resolves.toBe('answer');
});
