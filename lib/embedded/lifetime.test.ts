import { expect, test } from 'vitest';
import { createLifetime } from './lifetime';

function setUp() {
  const state = { time: 0, isIdle: true, isClaimHeld: true, sweeps: 0 };
  const lifetime = createLifetime({
    now: () => state.time,
    idleMs: 60_000,
    registry: {
      isIdle: () => state.isIdle,
      dropSilent: () => {
        state.sweeps += 1;
        return Promise.resolve();
      },
    },
    isClaimHeld: () => Promise.resolve(state.isClaimHeld),
  });
  return { state, lifetime };
}

test('the service ends after a minute without models, counted from the last one', async () => {
  const { state, lifetime } = setUp();
  state.time = 59_999;
  expect(await lifetime.check()).toBeNull();
  state.isIdle = false;
  state.time = 500_000;
  expect(await lifetime.check()).toBeNull();
  state.isIdle = true;
  state.time = 559_999;
  expect(await lifetime.check()).toBeNull();
  state.time = 560_000;
  expect(await lifetime.check()).toBe('no model for 60 s');
});

test('every check drops the models of silent clients first', async () => {
  const { state, lifetime } = setUp();
  await lifetime.check();
  await lifetime.check();
  expect(state.sweeps).toBe(2);
});

test('a service that lost its claim ends even with models', async () => {
  const { state, lifetime } = setUp();
  state.isIdle = false;
  state.isClaimHeld = false;
  state.time = 1000;
  expect(await lifetime.check()).toBeNull();
  state.time = 5000;
  expect(await lifetime.check()).toMatch(/taken over/);
});
