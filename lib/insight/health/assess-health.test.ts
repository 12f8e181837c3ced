import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { aHealthInput, type Curve, type HealthChange, WELL, WELL_CONFIG } from '@/lib/testing/health-series';
import { assessHealth } from './assess-health';
import { RULES } from './rules/all-rules';

/** Step from which each sick series is sick. */
const ONSET = 80;

const ASYNCHRONOUS = { ...WELL_CONFIG, weight: { sync_mode: 'batch-async', staleness_threshold: 1 } };

/** One way for each rule to have something to say. */
const SICK: Readonly<Record<string, HealthChange>> = {
  silent: { run: { heartbeatAt: new Date(0).toISOString() } },
  stalled: { now: 150 * 2000 + 10 * 60_000 },
  'not-finite': from('training/loss', () => NaN),
  'failed-rollouts': from('rollout/failed_share', () => 0.12),
  'service-errors': from('rollout/finish_error', () => 0.1),
  'tool-errors': from('rollout/tool_errors', () => 40),
  'out-of-memory': { run: { status: 'failed', reason: 'The service said: CUDA out of memory.' } },
  'high-memory': from('memory/used_share', () => 0.94),
  'reward-constant': from('rollout/reward_std', () => 0),
  'reward-drop': from('rollout/reward_mean', () => 0.35),
  'no-signal': from('rollout/zero_signal_all_wrong', () => 0.7),
  'updates-skipped': from('training/skipped', (step) => step % 2),
  'entropy-collapse': from('training/entropy', () => 0.02),
  'entropy-rise': from('training/entropy', () => 2.5),
  'kl-blow-up': from('actor/ppo_kl', () => 0.3),
  'reference-kl': from('critic/kl', () => 4),
  'gradient-spike': from('training/grad_norm', () => 20),
  'clip-fraction': from('actor/pg_clipfrac', () => 0.5),
  'length-explosion': {
    curves: {
      'response_length/mean': (step) => (step < ONSET ? 200 : 400),
      'rollout/truncated_share': (step) => (step < ONSET ? 0.02 : 0.22),
    },
  },
  'length-collapse': {
    curves: {
      'response_length/mean': (step) => (step < ONSET ? 200 : 40),
      'rollout/reward_mean': (step) => 0.3 + 0.02 * Math.sin(step),
    },
    steps: ONSET + 20,
  },
  truncation: from('rollout/truncated_share', () => 0.4),
  'reward-jump': {
    curves: {
      'rollout/reward_mean': (step) => (step < ONSET ? 0.3 : 0.9) + 0.01 * Math.sin(step),
      'response_length/mean': (step) => (step < ONSET ? 200 : 500),
    },
    steps: ONSET + 12,
  },
  'sampler-gap': from('training/sampler_gap_mean', () => 0.05),
  'importance-weights': from('training/tis_weight_mean', () => 0.3),
  'stale-dropped': from('rollout/stale_dropped', () => 200),
  staleness: from('rollout/staleness_mean', () => 3),
  'held-out-gap': {
    heldOut: [
      [0, 0.3],
      [40, 0.5],
      [80, 0.52],
      [100, 0.45],
      [120, 0.44],
      [140, 0.4],
    ],
  },
  'reward-flat': { curves: { 'rollout/reward_mean': (step) => 0.3 + 0.02 * Math.sin(step * 2.3) } },
  'mostly-solved': {
    ...from('rollout/zero_signal_all_right', () => 0.98),
    run: { totalSteps: 1000 },
  },
  'throughput-drop': from('throughput/tokens_per_second', () => 3000),
  'few-workers': {
    ...from('timing/rollout', () => 1.5),
    config: { data: { batch_size: 64, rollout_repeat_n: 8 }, rollout_worker: { num_workers: 16 } },
  },
  'trainer-waits': { ...from('timing/trainer_wait', () => 1.5), config: ASYNCHRONOUS },
  'samplers-wait': { ...from('timing/sampler_wait', () => 1.5), config: ASYNCHRONOUS },
  'slow-evaluator': from('timing/evaluate', () => 1),
  'slow-data': from('timing/wait', () => 0.8),
  'slow-sync': from('timing/sync', () => 1),
};

describe('every rule', () => {
  test('has its example here', () => {
    expect(Object.keys(SICK).toSorted()).toEqual(RULES.map(({ id }) => id).toSorted());
  });

  test.each(RULES.map((rule) => [rule.id, rule] as const))('%s speaks when it must', (id, rule) => {
    const health = assessHealth(aHealthInput(SICK[id]));
    const found = health.current.find((advisory) => advisory.id === id);
    expect(found, JSON.stringify(health.current.map((one) => one.id))).toBeDefined();
    expect(found?.kind).toBe(rule.kind);
    expect(found?.advice.every(({ key }) => !key.includes('*'))).toBe(true);
  });

  /** Those whose sickness sets in at one step and can be mended: NaN stays, and what never rises was never well. */
  const turning = Object.entries(SICK).filter(
    ([id, change]) =>
      change.curves !== undefined &&
      change.steps === undefined &&
      !['reward-flat', 'not-finite'].includes(id),
  );

  test.each(turning)(
    '%s begins where the series turned, and shows what was healthy and what is now',
    (id, change) => {
      const [lasting] = findingsOf(id, change);
      expect(lasting?.began.step).toBeGreaterThanOrEqual(ONSET);
      expect(lasting?.began.step).toBeLessThan(ONSET + 20);
      const evidence = lasting?.evidence[0];
      expect(evidence?.now.to).toBe(149);
      expect(evidence?.healthy).toMatchObject({ from: 0, to: 17 });
    },
  );

  test.each(turning)('%s is over, and stays in the history, once the series is well again', (id, change) => {
    const curves = Object.entries(change.curves ?? {}).map(([key, curve]): [string, Curve] => [
      key,
      (step) => (step < 110 ? curve(step) : (WELL[key]?.(step) ?? 0)),
    ]);
    const over = findingsOf(id, { ...change, curves: Object.fromEntries(curves) });
    expect(over).toHaveLength(1);
    expect(over[0]?.began).toEqual(findingsOf(id, change)[0]?.began);
    expect(over[0]?.ended?.step).toBeGreaterThanOrEqual(110);
  });
});

test('a value that is not finite is shown as what it is', () => {
  const [advisory] = assessHealth(aHealthInput(SICK['not-finite'])).current;
  expect(advisory?.evidence[0]).toMatchObject({
    key: 'training/loss',
    now: { from: ONSET, to: ONSET, value: NaN },
  });
});

describe('a healthy run', () => {
  test('hears nothing, and is told how much was looked at', () => {
    const health = assessHealth(aHealthInput());
    expect([...health.current, ...health.past]).toEqual([]);
    expect(health.rules).toEqual({ ran: RULES.length - 1, all: RULES.length });
    expect(health.steps).toBe(150);
  });

  test.each(['pig-latin', 'arithmetic'])(
    'of the real embedded model, %s, hears nothing at any of its steps',
    (name) => {
      const run = readRun(name);
      for (let steps = 1; steps <= run.totalSteps; steps += 13) {
        const health = assessHealth(run.until(steps));
        expect([steps, ...health.current, ...health.past]).toEqual([steps]);
      }
    },
  );

  test('hears nothing while its noise is no larger than a tenth of its values', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 30 }), (seed) => {
        const curves = Object.fromEntries(
          Object.entries(WELL).map(([key, curve], index): [string, Curve] => [
            key,
            (step) => curve(step) * (1 + 0.1 * (2 * hash(seed, index, step) - 1)),
          ]),
        );
        const health = assessHealth(aHealthInput({ curves }));
        expect([...health.current, ...health.past].map(({ id }) => id)).toEqual([]);
      }),
      { numRuns: 10 },
    );
  });
});

test('a series that dithers about a bound is told of once', () => {
  const curves = {
    'rollout/truncated_share': (step: number) => (step < 40 ? 0.02 : 0.26 + 0.05 * Math.sin(step * 0.3)),
  };
  const health = assessHealth(aHealthInput({ curves }));
  expect([...health.current, ...health.past].filter(({ id }) => id === 'truncation')).toHaveLength(1);
});

test('while something is wrong, tips on speed wait and are counted', () => {
  const slow = { 'throughput/tokens_per_second': (step: number) => (step < 50 ? 10_000 : 2000) };
  expect(assessHealth(aHealthInput({ curves: slow })).current.map(({ id }) => id)).toEqual([
    'throughput-drop',
  ]);
  const sick = { ...slow, 'rollout/failed_share': () => 0.5 };
  const health = assessHealth(aHealthInput({ curves: sick }));
  expect(health.current.map(({ id }) => id)).toEqual(['failed-rollouts']);
  expect(health.current[0]?.severity).toBe('error');
  expect(health.heldBack).toBe(1);
});

test('advice names the key of this config and a value made from its own', () => {
  const [advisory] = assessHealth(aHealthInput(SICK['kl-blow-up'])).current;
  expect(advisory?.advice[0]).toMatchObject({
    key: 'service.train_service.policy.config.learning_rate',
    current: '0.001',
    suggested: '0.000333',
  });
  const config = {
    service: { train_service: { main: { role: 'actor', actor: { optim: { lr: 3e-6 } } } } },
  };
  const [other] = assessHealth(aHealthInput({ ...SICK['kl-blow-up'], config })).current;
  expect(other?.advice[0]).toMatchObject({
    key: 'service.train_service.main.actor.optim.lr',
    suggested: '0.000001',
  });
});

test.each([
  ['data.rollout_repeat_n', 64, null],
  ['data.rollout_repeat_n', 24, '32'],
])('more of what there is enough of is not advised: %s = %d', (key, value, suggested) => {
  const [section, name] = key.split('.');
  const config = { [section ?? '']: { [name ?? '']: value } };
  const [advisory] = findingsOf('no-signal', { ...SICK['no-signal'], config });
  expect(advisory?.advice.find((one) => one.key === key)?.suggested ?? null).toBe(suggested);
});

test('a bound that is off is advised to be set', () => {
  const policy = (norm: number) => ({
    service: { train_service: { policy: { role: 'actor', config: { grad_clip_norm: norm } } } },
  });
  const advised = (norm: number) =>
    findingsOf('gradient-spike', { ...SICK['gradient-spike'], config: policy(norm) })[0]?.advice[0];
  expect([0, 5, 1].map((norm) => advised(norm)?.suggested)).toEqual(['1', '1', '0.5']);
  expect(advised(0.3)?.key).not.toContain('grad_clip_norm');
});

test('what the run itself said is one of the advisories, and over once the run has gone on', () => {
  const told = [
    { code: 'checkpoint_failed', severity: 'warning', message: 'No space left.', step: 150, time: 5 },
  ] as const;
  expect(assessHealth(aHealthInput({ told })).current).toMatchObject([
    {
      id: 'checkpoint_failed',
      title: 'Checkpoint failed',
      meaning: 'No space left.',
      began: { step: 150, time: 5 },
    },
  ]);
  const later = assessHealth(aHealthInput({ told, steps: 160 }));
  expect(later.current).toEqual([]);
  expect(later.past).toMatchObject([{ id: 'checkpoint_failed' }]);
});

test('a paused or ended run is neither silent nor stalled', () => {
  for (const status of ['paused', 'succeeded', 'stopped', 'lost'] as const) {
    const now = 10 * 3_600_000;
    const run = {
      status,
      heartbeatAt: new Date(now - (status === 'paused' ? 500 : 3_000_000)).toISOString(),
    };
    expect(assessHealth(aHealthInput({ now, run })).current).toEqual([]);
  }
});

test('a run that goes on after a long pause is not stalled by the pause', () => {
  const resumed = 10 * 3_600_000;
  const at = (seconds: number) =>
    findingsOf('stalled', { now: resumed + 1000 * seconds, statusSince: resumed });
  expect(at(30)).toEqual([]);
  expect(at(120)).toMatchObject([{ began: { step: 149, time: resumed }, ended: null }]);
});

test('of several values that are not finite the first is told', () => {
  const curves = {
    'training/loss': (step: number) => (step < 100 ? 0 : NaN),
    'rollout/reward_mean': (step: number) => (step < 60 ? 0.5 : NaN),
  };
  expect(findingsOf('not-finite', { curves })).toMatchObject([
    { began: { step: 60 }, evidence: [{ key: 'rollout/reward_mean' }] },
  ]);
});

test('memory that ran out is over once a resumed run has gone on', () => {
  const told = [
    { code: 'sampling_failed', severity: 'warning', message: 'CUDA out of memory.', step: 149, time: 5 },
  ] as const;
  expect(findingsOf('out-of-memory', { told })).toMatchObject([
    { began: { step: 149, time: 5 }, ended: { step: 150 } },
  ]);
  const reason = 'heap limit';
  expect(findingsOf('out-of-memory', { told, run: { status: 'failed', reason } })).toMatchObject([
    { ended: null },
  ]);
});

function findingsOf(id: string, change: HealthChange) {
  const health = assessHealth(aHealthInput(change));
  return [...health.current, ...health.past].filter((advisory) => advisory.id === id);
}

function from(key: string, sick: Curve): HealthChange {
  const well = WELL[key] ?? (() => 0);
  return { curves: { [key]: (step) => (step < ONSET ? well(step) : sick(step)) } };
}

/** Uniform in [0, 1), the same for the same place. */
function hash(...place: readonly number[]): number {
  const mixed = place.reduce((sum, part) => Math.imul(sum ^ part, 0x9e3779b1) ^ (sum >>> 15), 0x2545f491);
  return ((Math.imul(mixed ^ (mixed >>> 13), 0x85ebca6b) >>> 0) % 1_000_003) / 1_000_003;
}

const Recorded = z.object({
  totalSteps: z.number(),
  secondsAt: z.array(z.number()),
  series: z.array(
    z.object({ key: z.string(), step: z.array(z.number()).optional(), values: z.array(z.number()) }),
  ),
});

/** Metrics of a run of the embedded model on this recipe, recorded from the store. */
function readRun(name: string) {
  const text = readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8');
  const { totalSteps, secondsAt, series } = Recorded.parse(JSON.parse(text));
  const timeOf = (step: number): number => 1000 * (secondsAt[Math.min(step, secondsAt.length - 1)] ?? 0);
  return {
    totalSteps,
    until: (steps: number) => {
      const now = timeOf(steps - 1) + 1000;
      const input = aHealthInput({ steps, now, run: { totalSteps } });
      return {
        ...input,
        series: series.flatMap(({ key, step, values }) => {
          const all = step ?? values.map((_, index) => index);
          const count = all.filter((at) => at < steps).length;
          const mean = values.slice(0, count);
          const shown = all.slice(0, count);
          return [{ key, step: shown, time: shown.map(timeOf), mean, last: mean }];
        }),
      };
    },
  };
}
