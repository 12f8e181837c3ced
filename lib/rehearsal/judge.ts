import type { CertificateCheck, CheckResult } from '@/lib/domain/rehearsal';
import type { Evidence } from './evidence';

/** A service that computes in single precision gives the same numbers after a reload, up to the order of its sums. */
const RELOAD_TOLERANCE = 1e-3;
const NOT_REACHED = 'The rehearsal ended before it came to this.';

type Verdict = readonly [CheckResult, string];

/** One verdict per check, in the order in which a run comes to them. Nothing that did not happen passes. */
export function judge(evidence: Readonly<Evidence>, protocol: string): readonly CertificateCheck[] {
  const checks: readonly (readonly [id: string, title: string, verdict: Verdict])[] = [
    ['services', `Services opened over ${protocol}`, services(evidence, protocol)],
    ['sampling', 'Sampled with log-probabilities aligned', sampling(evidence)],
    ['evaluator', 'Evaluator scored every rollout', evaluator(evidence)],
    ['reward', 'Rewards finite', reward(evidence)],
    ['training', 'Forward, backward and optimizer step', training(evidence)],
    ['loss', 'Loss finite', loss(evidence)],
    ['weights', 'Weights published and sampled from', weights(evidence)],
    ['checkpoint', 'Checkpoint saved and loaded again', checkpoint(evidence)],
    ['validation', 'Validation ran', validation(evidence)],
    ['end', 'Ended clean', end(evidence)],
  ];
  return checks.map(([id, title, [result, said]]) => ({ id, title, result, evidence: said }));
}

export function isPassed(checks: readonly CertificateCheck[]): boolean {
  return checks.every(({ result }) => result !== 'fail');
}

function services({ openFailure, opened, model }: Evidence, protocol: string): Verdict {
  if (openFailure !== null) return ['fail', openFailure];
  if (opened === 0) return ['not exercised', NOT_REACHED];
  const again = opened === 1 ? '' : `, ${times(opened)}`;
  return ['pass', `${model ?? 'The model'} was created over ${protocol}${again}.`];
}

function sampling({ completions, tokens, misaligned }: Evidence): Verdict {
  if (completions === 0) return ['not exercised', NOT_REACHED];
  if (misaligned > 0) {
    return [
      'fail',
      `${misaligned} of ${completions} completions have not one finite log-probability ≤ 0 for each of their tokens.`,
    ];
  }
  return ['pass', `${tokens} tokens in ${completions} completions, each with its log-probability.`];
}

function evaluator({ scored, failed, firstFailure }: Evidence): Verdict {
  if (scored + failed === 0) return ['not exercised', NOT_REACHED];
  if (failed === 0) return ['pass', `${scored} rollouts scored, none failed.`];
  return [
    'fail',
    `${failed} of ${scored + failed} rollouts failed; the first: ${firstFailure ?? 'no reason'}`,
  ];
}

function reward({ scored, nonFiniteRewards }: Evidence): Verdict {
  if (scored === 0) return ['not exercised', 'No rollout was scored.'];
  if (nonFiniteRewards > 0) return ['fail', `${nonFiniteRewards} of ${scored} rewards are no finite number.`];
  return ['pass', `${scored} rewards.`];
}

function training({ steps, madeUpSteps, stepFailure }: Evidence): Verdict {
  if (stepFailure !== null) return ['fail', stepFailure];
  if (steps === 0) return ['not exercised', NOT_REACHED];
  const made =
    madeUpSteps === 0
      ? ''
      : ` In ${madeUpSteps} of the run's steps all rewards of every group were equal, as happens with a model that has learned nothing: they were trained on made-up advantages of ±1.`;
  return ['pass', `${steps} ${steps === 1 ? 'optimizer step' : 'optimizer steps'}.${made}`];
}

function loss({ steps, nonFiniteLosses, lastLoss }: Evidence): Verdict {
  if (steps === 0) return ['not exercised', 'No step was trained.'];
  if (nonFiniteLosses > 0) return ['fail', `${nonFiniteLosses} of ${steps} losses are no finite number.`];
  return ['pass', `${steps} losses, the last ${lastLoss?.toPrecision(4) ?? 'unknown'}.`];
}

function weights({ published, fromTrained, newestVersion, steps }: Evidence): Verdict {
  if (published === 0 || steps === 0) return ['not exercised', NOT_REACHED];
  if (fromTrained > 0) {
    return [
      'pass',
      `Published ${times(published)}; ${fromTrained} completions came from trained weights, the newest of version ${newestVersion ?? 0}.`,
    ];
  }
  return [
    'not exercised',
    `Published ${times(published)}; no completion was sampled after the first step. Rehearse more steps.`,
  ];
}

function checkpoint({ saved, loaded, reloadGap, stateFailure }: Evidence): Verdict {
  if (stateFailure !== null) return ['fail', stateFailure];
  if (saved === 0) return ['not exercised', NOT_REACHED];
  if (loaded === 0) return ['not exercised', `Saved ${times(saved)}, and not loaded.`];
  if (reloadGap === null) return ['pass', `Saved ${times(saved)}, loaded ${times(loaded)}.`];
  const gap =
    reloadGap === 0
      ? 'log-probabilities before and after are the same'
      : `log-probabilities before and after differ by at most ${reloadGap.toExponential(1)}`;
  if (!(reloadGap <= RELOAD_TOLERANCE))
    return ['fail', `Loaded weights are not those that were saved: ${gap}.`];
  return ['pass', `Saved ${times(saved)}, loaded ${times(loaded)}; ${gap}.`];
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function validation({ wantsHeldOut, heldOut }: Evidence): Verdict {
  if (!wantsHeldOut) return ['not exercised', 'The recipe has no held-out data.'];
  return heldOut === 0 ? ['not exercised', NOT_REACHED] : ['pass', `${heldOut} held-out rollouts scored.`];
}

function end({ end: how, closeFailure }: Evidence): Verdict {
  if (how === null) return ['not exercised', NOT_REACHED];
  if (how.status === 'failed') return ['fail', how.reason ?? 'The run failed.'];
  if (closeFailure !== null) return ['fail', `A service could not be closed: ${closeFailure}`];
  return ['pass', how.status === 'stopped' ? 'Stopped, and all services closed.' : 'All services closed.'];
}
