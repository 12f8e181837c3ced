import { KEYS } from '../keys';
import * as remedy from '../remedies';
import { type Moment, type Rule, signalRule, timesHealthy } from '../rule';

/** How the run could be better or faster; said only while nothing is wrong, since slowness of a sick run is a symptom. */
export const TUNING_RULES: readonly Rule[] = [
  signalRule(
    {
      id: 'reward-flat',
      kind: 'tuning',
      severity: 'warning',
      title: 'The reward does not rise',
      meaning: 'After this many steps a run that learns has left its noise behind.',
      when: 'After 60 steps the 27-step mean is within twice its standard error of the healthy window, and below 80 % of the best rollout.',
      advice: [remedy.LOOK_AT_EVALUATOR, remedy.LOOK_AT_PROMPT, remedy.LOOK_AT_DATA, remedy.BIGGER_GROUPS],
    },
    {
      keys: KEYS.reward,
      also: [KEYS.allWrong, KEYS.highestReward],
      window: 27,
      hold: 9,
      isBad: (at) =>
        at.point >= 60 && gain(at) < 2 && at.now < 0.8 * (at.other(KEYS.highestReward)?.now ?? 1),
      isWell: (at) => gain(at) > 4,
    },
  ),
  signalRule(
    {
      id: 'mostly-solved',
      kind: 'tuning',
      severity: 'info',
      title: 'The prompts are nearly all solved',
      meaning:
        'Groups that are all right teach nothing either; harder prompts, or an earlier end, would use the time better.',
      when: '95 % of the groups, with a fifth of the run left.',
      advice: [remedy.FILTER_GROUPS, remedy.LOOK_AT_DATA],
    },
    {
      keys: KEYS.allRight,
      also: [KEYS.reward, KEYS.heldOut],
      isBad: (at) => at.now >= 0.95 && at.step < 0.8 * at.view.run.totalSteps,
      isWell: (at) => at.now < 0.9,
    },
  ),
  signalRule(
    {
      id: 'throughput-drop',
      kind: 'tuning',
      severity: 'warning',
      title: 'Sampling has become slow',
      meaning: 'The inference service gives far fewer tokens per second than at the beginning.',
      when: 'Below 40 % of the healthy mean, nine steps in a row.',
      advice: [remedy.MORE_WORKERS],
    },
    {
      keys: KEYS.tokenRate,
      also: [KEYS.stepTime, KEYS.length],
      hold: 9,
      isBad: (at) => (timesHealthy(at) ?? 1) < 0.4,
      isWell: (at) => (timesHealthy(at) ?? 1) > 0.6,
    },
  ),
  signalRule(
    {
      id: 'few-workers',
      kind: 'tuning',
      severity: 'info',
      title: 'Rollouts wait for a place',
      meaning: 'Sampling takes most of a step, and fewer rollouts may be in flight than a step has.',
      when: 'Sampling is above 60 % of the step, and rollout_worker.num_workers is below batch size times repeats.',
      advice: [remedy.MORE_WORKERS],
    },
    {
      keys: KEYS.rolloutTime,
      also: [KEYS.stepTime],
      isBad: (at) => shareOfStep(at) > 0.6 && hasFewWorkers(at),
      isWell: (at) => shareOfStep(at) < 0.5 || !hasFewWorkers(at),
    },
  ),
  waitRule(
    {
      id: 'trainer-waits',
      title: 'The trainer waits for rollouts',
      meaning: 'Sampling is the slower side: more of it at once, or more machines for it, would help.',
      advice: [remedy.MORE_WORKERS],
    },
    KEYS.trainerWait,
  ),
  waitRule(
    {
      id: 'samplers-wait',
      title: 'The samplers wait for the trainer',
      meaning: 'Training is the slower side; a larger staleness, if the run bears it, lets them go on.',
      advice: [remedy.RAISE_STALENESS],
    },
    KEYS.samplerWait,
  ),
  shareRule(
    {
      id: 'slow-evaluator',
      title: 'Scoring takes much of a step',
      meaning: 'Everything waits while only evaluations are pending.',
      advice: [remedy.MORE_EVALUATORS, remedy.LOOK_AT_EVALUATOR],
    },
    { keys: KEYS.evaluateTime, limit: 0.4 },
  ),
  shareRule(
    {
      id: 'slow-data',
      title: 'Waiting takes much of a step',
      meaning: 'Reading data, pauses before repetitions and writing records hold the run up.',
      advice: [remedy.LOOK_AT_DATA, remedy.MORE_ATTEMPTS],
    },
    { keys: KEYS.waitTime, limit: 0.3 },
  ),
  shareRule(
    {
      id: 'slow-sync',
      title: 'Publishing weights takes much of a step',
      meaning: 'The sampler waits for new weights: the network or the disk between the services is slow.',
      advice: [{ keys: ['weight.sync_method'], why: 'Another way for the weights may be faster.' }],
    },
    { keys: KEYS.syncTime, limit: 0.4 },
  ),
];

/** A part of a step that should be small. */
function shareRule(
  words: Pick<Rule, 'id' | 'title' | 'meaning' | 'advice'>,
  { keys, limit }: { readonly keys: readonly string[]; readonly limit: number },
): Rule {
  return signalRule(
    {
      ...words,
      kind: 'tuning',
      severity: 'info',
      when: `Above ${limit * 100} % of the step, nine steps in a row.`,
    },
    {
      keys,
      also: [KEYS.stepTime],
      hold: 9,
      isBad: (at) => shareOfStep(at) > limit,
      isWell: (at) => shareOfStep(at) < 0.7 * limit,
    },
  );
}

/** In `sync` the two wait for each other by design; the other modes exist so that they need not. */
function waitRule(words: Pick<Rule, 'id' | 'title' | 'meaning' | 'advice'>, keys: readonly string[]): Rule {
  const share = (at: Moment): number => (isAsynchronous(at) ? shareOfStep(at) : 0);
  return signalRule(
    { ...words, kind: 'tuning', severity: 'info', when: 'Above half of the step in an asynchronous mode.' },
    {
      keys,
      also: [KEYS.stepTime],
      hold: 9,
      isBad: (at) => share(at) > 0.5,
      isWell: (at) => share(at) < 0.35,
    },
  );
}

function isAsynchronous({ view: { config } }: Moment): boolean {
  const mode = config.text('weight.sync_mode');
  return mode !== null && mode !== 'sync';
}

function shareOfStep(at: Moment): number {
  const step = at.other(KEYS.stepTime);
  return step === null || step.now <= 0 ? 0 : at.now / step.now;
}

function hasFewWorkers({ view: { config } }: Moment): boolean {
  const workers = config.number('rollout_worker.num_workers');
  const rollouts = remedy.rolloutsOfStep(config);
  return workers !== null && rollouts !== null && workers < rollouts;
}

/** Gain over the healthy window in standard errors of the difference of the two means. */
function gain({ now, healthy }: Moment): number {
  if (healthy === null) return Infinity;
  const error = healthy.sd * Math.sqrt(1 / 27 + 1 / 18);
  return error === 0 ? (now > healthy.mean ? Infinity : 0) : (now - healthy.mean) / error;
}
