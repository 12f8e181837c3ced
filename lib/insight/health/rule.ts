import { WINDOW_STEPS } from '@/lib/insight/window-means';
import type { AdvisoryKind, Evidence, Severity } from './health';
import type { AdviceRule } from './config-advice';
import type { RunView } from './run-view';
import type { Healthy, Track } from './track';
import { type Episode, findEpisodes, type Hysteresis } from './watch';

/** One time that a rule found something. */
export type Finding = {
  readonly severity: Severity;
  readonly evidence: readonly Evidence[];
  readonly began: Place;
  readonly ended: Place | null;
};
type Place = { readonly step: number; readonly time: number | null };

/** One line of the table of rules. */
export type Rule = {
  readonly id: string;
  readonly kind: AdvisoryKind;
  /** The least severity that it speaks with. */
  readonly severity: Severity;
  readonly title: string;
  /** What it means, in a sentence. */
  readonly meaning: string;
  /** When it speaks, in words, for the table in the docs. */
  readonly when: string;
  /** Series that it reads. */
  readonly keys: readonly string[];
  readonly advice: readonly AdviceRule[];
  /** In step order; null = the run has nothing to judge by. */
  readonly find: (view: RunView) => readonly Finding[] | null;
};

/** What is known of a series at one of its points. */
export type Signal = {
  /** Mean of the window that ends here. */
  readonly now: number;
  /** Mean of the three windows before it; null where there are none. */
  readonly before: number | null;
  readonly healthy: Healthy | null;
  /** Highest window mean so far. */
  readonly peak: number | null;
};

export type Moment = Signal & {
  readonly point: number;
  readonly step: number;
  readonly view: RunView;
  /** The same series where the open episode began; null outside of one. */
  readonly atBegin: Signal | null;
  /** Another series at the same step. */
  other(keys: readonly string[]): Signal | null;
};

export type SignalWatch = Partial<Hysteresis> & {
  /** Names of the watched series, best first. */
  readonly keys: readonly string[];
  /** Further series whose windows are shown as evidence. */
  readonly also?: readonly (readonly string[])[];
  /** Points in a window. */
  readonly window?: number;
  readonly isBad: (at: Moment) => boolean;
  /** Not bad and not well leaves an episode open. */
  readonly isWell: (at: Moment) => boolean;
  /** Raises the severity to error. */
  readonly isSevere?: (at: Moment) => boolean;
};

type RuleWords = Omit<Rule, 'find' | 'keys'>;

/** Bounds on the series' own values: bad, and severe, from these on; well again below another. */
export function reaches(bounds: {
  readonly bad: number;
  readonly well: number;
  readonly severe?: number;
}): Pick<SignalWatch, 'isBad' | 'isWell' | 'isSevere'> {
  const { bad, well, severe = Infinity } = bounds;
  return {
    isBad: ({ now }) => now >= bad,
    isWell: ({ now }) => now < well,
    isSevere: ({ now }) => now >= severe,
  };
}

const HOLD = 5;

/** A rule over the windows of one series. */
export function signalRule(words: RuleWords, watch: SignalWatch): Rule {
  return {
    ...words,
    keys: [...watch.keys, ...(watch.also ?? []).flat()],
    find: (view) => {
      const track = view.track(watch.keys);
      return track === null ? null : findInTrack(view, track, { words, watch });
    },
  };
}

type Watched = { readonly words: RuleWords; readonly watch: SignalWatch };

function findInTrack(view: RunView, track: Track, { words, watch }: Watched): readonly Finding[] {
  const window = watch.window ?? WINDOW_STEPS;
  const signalOfPoint = (point: number): Signal | null => {
    const now = track.mean(point, window);
    return now === null ? null : signalOf(track, { point, now, window });
  };
  const momentAt = (point: number, begin: number | null): Moment | null => {
    const signal = signalOfPoint(point);
    if (signal === null) return null;
    const step = track.stepAt(point);
    const other = (keys: readonly string[]): Signal | null => signalAt(view.track(keys), step);
    const atBegin = begin === null ? null : signalOfPoint(begin);
    // spelt out: a spread is ten times slower, and this runs for every point and rule
    const { now, before, healthy, peak } = signal;
    return { now, before, healthy, peak, point, step, view, atBegin, other };
  };
  const verdict = (point: number, begin: number | null): 'bad' | 'well' | 'between' => {
    const moment = momentAt(point, begin);
    if (moment === null) return 'between';
    if (watch.isBad(moment)) return 'bad';
    return watch.isWell(moment) ? 'well' : 'between';
  };
  const hysteresis = { hold: watch.hold ?? HOLD, release: watch.release ?? WINDOW_STEPS };
  return findEpisodes(track.length, verdict, hysteresis).map((episode) => {
    const shown = episode.end === null ? track.length - 1 : episode.last;
    const isSevere = (point: number): boolean => {
      const moment = momentAt(point, episode.begin);
      return moment !== null && watch.isSevere?.(moment) === true;
    };
    return {
      severity: isSevere(shown) || isSevere(episode.last) ? 'error' : words.severity,
      evidence: evidenceOf([track, ...othersOf(view, watch)], track.stepAt(shown)),
      ...placesOf(track, episode),
    };
  });
}

function signalOf(track: Track, at: { point: number; now: number; window: number }): Signal {
  return {
    now: at.now,
    before: track.mean(at.point - at.window, 3 * WINDOW_STEPS),
    healthy: track.healthy,
    peak: track.peak(at.point),
  };
}

function signalAt(track: Track | null, step: number): Signal | null {
  if (track === null) return null;
  const point = track.pointAt(step);
  const window = Math.min(WINDOW_STEPS, point + 1);
  const now = track.mean(point, window);
  return now === null ? null : signalOf(track, { point, now, window });
}

function othersOf(view: RunView, { also = [] }: SignalWatch): readonly Track[] {
  return also.flatMap((keys) => view.track(keys) ?? []);
}

/** The healthy window of each series beside the one that ends at `step`. */
export function evidenceOf(tracks: readonly Track[], step: number): readonly Evidence[] {
  return tracks.flatMap((track) => {
    const point = track.pointAt(step);
    const count = Math.min(WINDOW_STEPS, point + 1);
    if (count < 1) return [];
    const now = {
      from: track.stepAt(point - count + 1),
      to: track.stepAt(point),
      value: track.mean(point, count) ?? NaN,
    };
    const { healthy } = track;
    // a series that is shorter than its healthy window has nothing to be compared with
    const isOwn = healthy === null || healthy.to >= now.to;
    return [
      {
        key: track.key,
        healthy: isOwn ? null : { from: healthy.from, to: healthy.to, value: healthy.mean },
        now,
      },
    ];
  });
}

export function placesOf(track: Track, { begin, end }: Episode): Pick<Finding, 'began' | 'ended'> {
  const place = (point: number): Place => ({ step: track.stepAt(point), time: track.timeAt(point) });
  return { began: place(begin), ended: end === null ? null : place(end) };
}

/** How many times the healthy mean this is; null without a healthy window. */
export function timesHealthy({ now, healthy }: Signal): number | null {
  return healthy === null || healthy.mean === 0 ? null : now / healthy.mean;
}

/** Whether the series stands above its healthy window by more than its noise. */
export function hasGained({ now, healthy }: Signal): boolean {
  return healthy !== null && now > healthy.mean + healthy.sd;
}
