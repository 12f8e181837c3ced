import { KEYS } from '../keys';
import * as remedy from '../remedies';
import { type Moment, reaches, type Rule, signalRule, timesHealthy } from '../rule';
import { rewardGained } from './reward-gained';

/** What the updates do to the policy, and how far the sampler is from the trainer. */
export const UPDATE_RULES: readonly Rule[] = [
  signalRule(
    {
      id: 'entropy-collapse',
      kind: 'signal',
      severity: 'error',
      title: 'Entropy collapse',
      meaning:
        'The policy has become certain without having become better: it will hardly find anything new.',
      when: 'Below a quarter of the healthy mean while the reward has not gained, or below 35 % of what it was in the windows just before.',
      advice: [remedy.KEEP_ENTROPY, remedy.LOWER_RATE, remedy.CLIP_HIGHER, remedy.SAMPLE_WARMER],
    },
    {
      keys: KEYS.entropy,
      also: [KEYS.reward],
      isBad: (at) => isCliff(at) || ((timesHealthy(at) ?? 1) < 0.25 && !rewardGained(at)),
      isWell: (at) => (timesHealthy(at) ?? 1) > 0.35,
    },
  ),
  signalRule(
    {
      id: 'entropy-rise',
      kind: 'signal',
      severity: 'warning',
      title: 'Entropy rises',
      meaning: 'The policy becomes less certain instead of more: it drifts towards noise.',
      when: 'Above twice the healthy mean.',
      advice: [remedy.LOWER_ENTROPY_BONUS, remedy.LOWER_RATE],
    },
    {
      keys: KEYS.entropy,
      also: [KEYS.reward],
      isBad: (at) => (timesHealthy(at) ?? 1) > 2,
      isWell: (at) => (timesHealthy(at) ?? 1) < 1.6,
    },
  ),
  signalRule(
    {
      id: 'kl-blow-up',
      kind: 'signal',
      severity: 'warning',
      title: 'KL to the sampler blows up',
      meaning:
        'A step moves the policy far from the one that sampled its batch, so importance ratios stop meaning much.',
      when: 'Above 0.1 nats and above five times the healthy mean; an error from 0.5 on.',
      advice: [remedy.LOWER_RATE, remedy.FEWER_MINI_BATCHES, remedy.KL_LOSS],
    },
    {
      keys: KEYS.policyKl,
      also: [KEYS.clipFraction],
      isBad: (at) => Math.abs(at.now) > 0.1 && Math.abs(timesHealthy(at) ?? Infinity) > 5,
      isWell: (at) => Math.abs(at.now) < 0.07,
      isSevere: (at) => Math.abs(at.now) > 0.5,
    },
  ),
  signalRule(
    {
      id: 'reference-kl',
      kind: 'signal',
      severity: 'warning',
      title: 'Far from the reference model',
      meaning: 'The policy has left the model it came from; what that one could do may be lost.',
      when: '2 nats or more; an error from 10 on. It starts at 0 in every run, so no healthy window can judge it.',
      advice: [remedy.KL_LOSS, remedy.LOWER_RATE],
    },
    {
      keys: KEYS.referenceKl,
      also: [KEYS.reward],
      ...reaches({ bad: 2, well: 1.5, severe: 10 }),
    },
  ),
  signalRule(
    {
      id: 'gradient-spike',
      kind: 'signal',
      severity: 'warning',
      title: 'Gradients jump',
      meaning:
        'Updates are many times larger than those just before; the next sign is often a falling reward or NaN.',
      when: 'The three-step mean is above five times that of the 27 steps before, three steps in a row. A slow rise is normal where fewer groups have a signal.',
      advice: [remedy.CLIP_GRADIENT, remedy.LOWER_RATE],
    },
    {
      keys: KEYS.gradient,
      also: [KEYS.reward],
      window: 3,
      hold: 3,
      isBad: (at) => at.before !== null && at.before > 0 && at.now > 5 * at.before,
      isWell: (at) => at.now < 2.5 * (at.atBegin?.before ?? Infinity),
    },
  ),
  signalRule(
    {
      id: 'clip-fraction',
      kind: 'signal',
      severity: 'warning',
      title: 'Most of the update is clipped',
      meaning: 'A large share of tokens hits the ratio’s bounds and gives no gradient: steps are too large.',
      when: '0.3 of the tokens or more.',
      advice: [remedy.LOWER_RATE, remedy.FEWER_MINI_BATCHES],
    },
    {
      keys: KEYS.clipFraction,
      also: [KEYS.policyKl],
      ...reaches({ bad: 0.3, well: 0.2 }),
    },
  ),
  signalRule(
    {
      id: 'sampler-gap',
      kind: 'signal',
      severity: 'warning',
      title: 'Trainer and sampler disagree',
      meaning:
        'The two engines give the same tokens different probabilities: precision, a template, or weights that did not arrive.',
      when: 'The mean gap is above 0.1 nats, or above 0.02 and three times healthy; an error from 0.5 on.',
      advice: [remedy.STRICTLY_ON_POLICY, remedy.TRUNCATE_WEIGHTS],
    },
    {
      keys: KEYS.samplerGap,
      also: [KEYS.staleness],
      isBad: (at) => at.now > 0.1 || (at.now > 0.02 && (timesHealthy(at) ?? 1) > 3),
      isWell: (at) => at.now < 0.08 && (at.now < 0.015 || (timesHealthy(at) ?? 1) < 2),
      isSevere: (at) => at.now > 0.5,
    },
  ),
  signalRule(
    {
      id: 'importance-weights',
      kind: 'signal',
      severity: 'warning',
      title: 'Importance weights degenerate',
      meaning:
        'The correction for the gap between trainer and sampler has become large: few tokens carry the update.',
      when: 'The mean weight is below 0.5 or above 2, or a tenth of the weights meets the cap.',
      advice: [remedy.STRICTLY_ON_POLICY, remedy.LOWER_RATE],
    },
    {
      keys: KEYS.importanceWeight,
      also: [KEYS.cappedWeights, KEYS.samplerGap],
      isBad: (at) => at.now < 0.5 || at.now > 2 || (at.other(KEYS.cappedWeights)?.now ?? 0) > 0.1,
      isWell: (at) => at.now > 0.6 && at.now < 1.7 && (at.other(KEYS.cappedWeights)?.now ?? 0) < 0.07,
    },
  ),
  signalRule(
    {
      id: 'staleness',
      kind: 'signal',
      severity: 'warning',
      title: 'Rollouts grow stale',
      meaning: 'Rollouts come from weights further and further behind the trainer’s.',
      when: 'A whole step above the healthy mean, and above weight.staleness_threshold where that is set.',
      advice: [remedy.LOWER_STALENESS, remedy.STRICTLY_ON_POLICY, remedy.MORE_WORKERS],
    },
    {
      keys: KEYS.staleness,
      also: [KEYS.samplerGap],
      isBad: (at) => at.healthy !== null && at.now >= at.healthy.mean + 1 && at.now > allowedStaleness(at),
      isWell: (at) => at.healthy === null || at.now < at.healthy.mean + 0.5,
    },
  ),
  signalRule(
    {
      id: 'stale-dropped',
      kind: 'signal',
      severity: 'warning',
      title: 'Stale rollouts are thrown away',
      meaning: 'They were sampled for nothing: the samplers run further ahead than the trainer follows.',
      when: 'A tenth of what was sampled for a step or more.',
      advice: [remedy.RAISE_STALENESS, remedy.FEWER_WORKERS],
    },
    {
      keys: KEYS.staleDropped,
      also: [KEYS.staleness, KEYS.batchSize],
      isBad: (at) => droppedShare(at) >= 0.1,
      isWell: (at) => droppedShare(at) < 0.05,
    },
  ),
];

function isCliff({ now, before, healthy }: Moment): boolean {
  // far below healthy everything is noise: a third of next to nothing is no cliff
  return before !== null && healthy !== null && before > 0.1 * healthy.mean && now < 0.35 * before;
}

function allowedStaleness({ view }: Moment): number {
  return view.config.number('weight.staleness_threshold') ?? 0;
}

function droppedShare(at: Moment): number {
  const kept = at.other(KEYS.batchSize)?.now ?? 0;
  return at.now + kept === 0 ? 0 : at.now / (at.now + kept);
}
