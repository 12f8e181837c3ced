import { KEYS } from '../keys';
import * as remedy from '../remedies';
import { type Moment, reaches, type Rule, signalRule, timesHealthy } from '../rule';
import { rewardGained } from './reward-gained';

/** What the rollouts are like: rewards, groups, lengths. Bounds are the run's own wherever an absolute one does not transfer. */
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
      ...reaches({ bad: 0.5, well: 0.4, severe: 0.9 }),
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
      ...reaches({ bad: 0.25, well: 0.2, severe: 0.8 }),
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
];

/** How far below its best the reward is, in units of what is too far. */
function fallen({ now, peak, healthy }: Moment): number {
  if (peak === null || healthy === null) return 0;
  const tooFar = Math.max(0.3 * (peak - healthy.mean), 2 * healthy.sd);
  return tooFar <= 0 ? 0 : (peak - now) / tooFar;
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
