import { KEYS } from '../keys';
import * as remedy from '../remedies';
import { hasGained, type Moment, type Rule, signalRule, timesHealthy } from '../rule';

/** Whether the run learns. Bounds are relative to its own healthy window wherever an absolute one does not transfer. */
export const SIGNAL_RULES: readonly Rule[] = [
  signalRule(
    {
      id: 'reward-constant',
      kind: 'signal',
      severity: 'error',
      title: 'Every rollout earns the same reward',
      meaning:
        'With no difference between rollouts there is nothing to learn; more often a broken evaluator or the wrong column than a hard task.',
      when: 'The spread of the rewards is 0 below the full reward, 20 steps in a row.',
      advice: [remedy.LOOK_AT_EVALUATOR, remedy.LOOK_AT_PROMPT, remedy.LOOK_AT_DATA],
    },
    {
      keys: KEYS.rewardSpread,
      also: [KEYS.reward],
      window: 1,
      hold: 20,
      isBad: (at) => at.now < 1e-9 && (at.other(KEYS.reward)?.now ?? 1) < 1,
      isWell: (at) => at.now > 1e-9,
    },
  ),
  signalRule(
    {
      id: 'reward-drop',
      kind: 'signal',
      severity: 'error',
      title: 'The reward has fallen',
      meaning: 'The policy had been better: an update has broken it, or it left what the reward can judge.',
      when: 'The nine-step mean is below its best by 30 % of all that was gained, and by twice the noise of a step.',
      advice: [remedy.LOWER_RATE, remedy.CLIP_GRADIENT, remedy.FEWER_MINI_BATCHES, remedy.KL_LOSS],
    },
    {
      keys: KEYS.reward,
      also: [KEYS.entropy, KEYS.gradient, KEYS.policyKl],
      isBad: (at) => fallen(at) > 1,
      isWell: (at) => fallen(at) < 0.6,
    },
  ),
  signalRule(
    {
      id: 'no-signal',
      kind: 'signal',
      severity: 'warning',
      title: 'Most groups are all wrong',
      meaning:
        'Groups in which every rollout earns the same lesser reward teach nothing, so the real batch is small.',
      when: 'Half of the groups or more; an error from nine tenths on, where the evaluator is likelier at fault than the task.',
      advice: [
        remedy.FILTER_GROUPS,
        remedy.BIGGER_GROUPS,
        remedy.SAMPLE_WARMER,
        remedy.LOOK_AT_DATA,
        remedy.LOOK_AT_EVALUATOR,
      ],
    },
    {
      keys: KEYS.allWrong,
      also: [KEYS.reward],
      isBad: (at) => at.now >= 0.5,
      isWell: (at) => at.now < 0.4,
      isSevere: (at) => at.now >= 0.9,
    },
  ),
  signalRule(
    {
      id: 'updates-skipped',
      kind: 'signal',
      severity: 'warning',
      title: 'Steps without an update',
      meaning: 'In these steps no group had a signal, and the weights stayed as they were.',
      when: 'Three of nine steps or more, while prompts are left to learn.',
      advice: [remedy.FILTER_GROUPS, remedy.BIGGER_GROUPS, remedy.LOOK_AT_DATA],
    },
    {
      keys: KEYS.skipped,
      also: [KEYS.allWrong, KEYS.allRight],
      isBad: (at) => at.now >= 0.33 && (at.other(KEYS.allRight)?.now ?? 0) < 0.9,
      isWell: (at) => at.now < 0.12,
    },
  ),
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
      when: 'Above 2 nats. It starts at 0 in every run, so no healthy window can judge it.',
      advice: [remedy.KL_LOSS, remedy.LOWER_RATE],
    },
    {
      keys: KEYS.referenceKl,
      also: [KEYS.reward],
      isBad: (at) => at.now > 2,
      isWell: (at) => at.now < 1.5,
      isSevere: (at) => at.now > 10,
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
      when: 'Above 0.3 of the tokens.',
      advice: [remedy.LOWER_RATE, remedy.FEWER_MINI_BATCHES],
    },
    {
      keys: KEYS.clipFraction,
      also: [KEYS.policyKl],
      isBad: (at) => at.now > 0.3,
      isWell: (at) => at.now < 0.2,
    },
  ),
  signalRule(
    {
      id: 'length-explosion',
      kind: 'signal',
      severity: 'warning',
      title: 'Responses grow into the limit',
      meaning: 'Length grows and more and more answers are cut off: often a length hack.',
      when: 'The mean is above 1.5 times healthy, and the truncated share has grown by 0.1.',
      advice: [remedy.OVERLONG_PENALTY, remedy.LONGER_RESPONSES],
    },
    {
      keys: KEYS.length,
      also: [KEYS.truncated, KEYS.reward],
      isBad: (at) => (timesHealthy(at) ?? 1) > 1.5 && truncationGrowth(at) > 0.1,
      isWell: (at) => (timesHealthy(at) ?? 1) < 1.3 || truncationGrowth(at) < 0.05,
    },
  ),
  signalRule(
    {
      id: 'length-collapse',
      kind: 'signal',
      severity: 'warning',
      title: 'Responses shrink without gain',
      meaning: 'Answers become short and not better: the policy gives up, or the reward pays for brevity.',
      when: 'The mean is below half of healthy, and the reward has not gained.',
      advice: [remedy.LOOK_AT_EVALUATOR, remedy.KL_LOSS, remedy.LOWER_RATE],
    },
    {
      keys: KEYS.length,
      also: [KEYS.reward],
      isBad: (at) => (timesHealthy(at) ?? 1) < 0.5 && !rewardGained(at),
      isWell: (at) => (timesHealthy(at) ?? 1) > 0.6 || rewardGained(at),
    },
  ),
  signalRule(
    {
      id: 'truncation',
      kind: 'signal',
      severity: 'warning',
      title: 'Many answers are cut off',
      meaning: 'An answer that meets the length limit is scored without its end.',
      when: 'A quarter of the rollouts or more; an error from 0.8 on.',
      advice: [remedy.LONGER_RESPONSES, remedy.OVERLONG_PENALTY],
    },
    {
      keys: KEYS.truncated,
      also: [KEYS.length, KEYS.reward],
      isBad: (at) => at.now >= 0.25,
      isWell: (at) => at.now < 0.2,
      isSevere: (at) => at.now >= 0.8,
    },
  ),
  signalRule(
    {
      id: 'reward-jump',
      kind: 'signal',
      severity: 'warning',
      title: 'Reward and length jump together',
      meaning:
        'A sudden gain that changes what answers look like is a common sign of a hacked reward: read the best rollouts.',
      when: 'Within two windows the reward gains eight times its healthy noise and a fifth, while the mean length changes by 30 %.',
      advice: [remedy.LOOK_AT_EVALUATOR, remedy.VALIDATE_OFTENER],
    },
    {
      keys: KEYS.reward,
      also: [KEYS.length, KEYS.heldOut],
      hold: 3,
      isBad: (at) => isJump(at) && changeOf(at.other(KEYS.length)) > 0.3,
      isWell: (at) => !isJump(at),
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
];

/** How far below its best the reward is, in units of what is too far. */
function fallen({ now, peak, healthy }: Moment): number {
  if (peak === null || healthy === null) return 0;
  const tooFar = Math.max(0.3 * (peak - healthy.mean), 2 * healthy.sd);
  return tooFar <= 0 ? 0 : (peak - now) / tooFar;
}

function isCliff({ now, before, healthy }: Moment): boolean {
  // far below healthy everything is noise: a third of next to nothing is no cliff
  return before !== null && healthy !== null && before > 0.1 * healthy.mean && now < 0.35 * before;
}

function rewardGained(at: Moment): boolean {
  const reward = at.other(KEYS.reward);
  return reward !== null && hasGained(reward);
}

function truncationGrowth(at: Moment): number {
  const truncated = at.other(KEYS.truncated);
  return truncated === null ? 0 : truncated.now - (truncated.healthy?.mean ?? truncated.now);
}

function isJump({ now, before, healthy }: Moment): boolean {
  if (before === null || healthy === null) return false;
  return now - before > 8 * healthy.sd && now - before > 0.2 * Math.abs(before);
}

function changeOf(signal: { readonly now: number; readonly before: number | null } | null): number {
  if (signal === null || signal.before === null || signal.before === 0) return 0;
  return Math.abs(signal.now / signal.before - 1);
}

function allowedStaleness({ view }: Moment): number {
  return view.config.number('weight.staleness_threshold') ?? 0;
}
