import { WINDOW_STEPS } from '@/lib/insight/window-means';
import { KEYS } from '../keys';
import * as remedy from '../remedies';
import { evidenceOf, type Finding, placesOf, type Rule } from '../rule';
import type { Track } from '../track';
import { findEpisodes } from '../watch';

/** Growth of the gap that is more than the difference between two files of prompts. */
const GAP = 0.1;

/** The reward of training goes on rising while the held-out one does not: a hacked reward, or memory. */
export const HELD_OUT_GAP: Rule = {
  id: 'held-out-gap',
  kind: 'signal',
  severity: 'warning',
  title: 'Held-out reward does not follow',
  meaning:
    'Training reward rises and held-out reward does not: the reward is being hacked, or the prompts learnt by heart.',
  when: 'Over two validations in a row training has gained 0.1 more than the held-out file since the first, and the held-out reward is below its best.',
  keys: [...KEYS.heldOut, ...KEYS.reward],
  advice: [remedy.VALIDATE_OFTENER, remedy.LOOK_AT_EVALUATOR, remedy.KL_LOSS, remedy.LOOK_AT_DATA],
  find: (view) => {
    const [heldOut, train] = [view.track(KEYS.heldOut), view.track(KEYS.reward)];
    if (heldOut === null || train === null || heldOut.length < 3) return null;
    const gaps = gapsOf(heldOut, train);
    const episodes = findEpisodes(
      heldOut.length,
      (point) => {
        const { growth, isBelowBest } = gaps[point] ?? { growth: 0, isBelowBest: false };
        if (growth > GAP && isBelowBest) return 'bad';
        return growth < 0.6 * GAP ? 'well' : 'between';
      },
      { hold: 2, release: 1 },
    );
    return episodes.map((episode): Finding => {
      const step = heldOut.stepAt(episode.end === null ? heldOut.length - 1 : episode.last);
      return {
        severity: 'warning',
        evidence: evidenceOf([heldOut, train], step),
        ...placesOf(heldOut, episode),
      };
    });
  },
};

/** Per validation: what training has gained since the first one beyond what the held-out file has. */
function gapsOf(
  heldOut: Track,
  train: Track,
): readonly { readonly growth: number; readonly isBelowBest: boolean }[] {
  let first: number | null = null;
  let best = -Infinity;
  return Array.from({ length: heldOut.length }, (_, point) => {
    const held = heldOut.mean(point, 1);
    // a validation before training is compared with the first window of training
    const end = Math.max(WINDOW_STEPS - 1, train.pointAt(heldOut.stepAt(point)));
    const trained = train.mean(end, WINDOW_STEPS);
    if (held === null || trained === null) return { growth: 0, isBelowBest: false };
    best = Math.max(best, held);
    first ??= trained - held;
    return { growth: trained - held - first, isBelowBest: held < best };
  });
}
