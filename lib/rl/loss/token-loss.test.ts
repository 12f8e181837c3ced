import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LossSpec } from '../datum';
import { tokenLoss } from './token-loss';

const PPO = {
  kind: 'ppo',
  clipLow: 0.2,
  clipHigh: 0.28,
  dualClip: 3,
  entropyCoefficient: 0,
  temperature: 1,
} as const satisfies LossSpec;

const logRatio = fc.double({ min: -3, max: 3, noNaN: true });
const advantage = fc.double({ min: -2, max: 2, noNaN: true });

const ppoFormula = (ratio: number, a: number): number => {
  const clipped = Math.min(1 + PPO.clipHigh, Math.max(1 - PPO.clipLow, ratio));
  const surrogate = Math.max(-a * ratio, -a * clipped);
  return a < 0 ? Math.min(surrogate, -a * PPO.dualClip) : surrogate;
};

test('the loss of PPO with dual clip is the published formula', () => {
  fc.assert(
    fc.property(logRatio, advantage, (change, a) => {
      const { loss } = tokenLoss(PPO, { logprob: change - 2, old: -2, advantage: a, sequenceLogRatio: 0 });
      expect(loss).toBeCloseTo(ppoFormula(Math.exp(change), a), 9);
    }),
  );
});

test('beyond a bound there is no slope, and the bound is named', () => {
  const at = (ratio: number, a: number) =>
    tokenLoss(PPO, { logprob: Math.log(ratio), old: 0, advantage: a, sequenceLogRatio: 0 });
  expect(at(1.5, 1)).toMatchObject({ slope: 0, clipped: 'high' });
  expect(at(0.5, -1)).toMatchObject({ slope: 0, clipped: 'low' });
  expect(at(4, -1)).toMatchObject({ slope: 0, clipped: 'dual' });
  expect(at(0.5, 1)).toMatchObject({ clipped: null });
  expect(at(2, -1)).toMatchObject({ clipped: null });
});

test('without dual clip a negative advantage has no upper bound', () => {
  const { slope } = tokenLoss(
    { ...PPO, dualClip: null },
    { logprob: 2, old: 0, advantage: -1, sequenceLogRatio: 0 },
  );
  expect(slope).toBeCloseTo(Math.exp(2), 9);
});

test('importance sampling and PPO agree while the policy has not moved', () => {
  fc.assert(
    fc.property(advantage, (a) => {
      const input = { logprob: -1.5, old: -1.5, advantage: a, sequenceLogRatio: 0 };
      const sampling = tokenLoss({ ...PPO, kind: 'importance_sampling' }, input);
      expect(tokenLoss(PPO, input)).toEqual(sampling);
    }),
  );
});
