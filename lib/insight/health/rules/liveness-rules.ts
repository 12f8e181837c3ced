import { isActive } from '@/lib/domain/run';
import { KEYS } from '../keys';
import * as remedy from '../remedies';
import { evidenceOf, type Finding, reaches, type Rule, signalRule } from '../rule';
import { isOver, type RunView } from '../run-view';
import type { Track } from '../track';

/** A heartbeat comes every second. */
const SILENT_MS = 15_000;
/** A stall is this many times the median of the run's own steps … */
const STALL_TIMES = 6;
/** … and never less: short steps have long neighbours on a busy machine. */
const LEAST_STALL_MS = 60_000;
const OUT_OF_MEMORY = /out of memory|\bOOM\b|heap limit|ENOMEM|cannot allocate memory/i;

/** Whether the run lives and its parts answer. These are told before anything else. */
export const LIVENESS_RULES: readonly Rule[] = [
  {
    id: 'silent',
    kind: 'liveness',
    severity: 'error',
    title: 'The run process is silent',
    meaning: 'It sends no heartbeat although it has not ended: it hangs, or its machine is gone.',
    when: 'No heartbeat for 15 s while the run is going on.',
    keys: [],
    advice: [],
    find: ({ run, now }) => {
      if (!isActive(run.status) || run.heartbeatAt === null) return [];
      const since = Date.parse(run.heartbeatAt);
      if (now - since <= SILENT_MS) return [];
      return [{ severity: 'error', evidence: [], began: { step: run.step, time: since }, ended: null }];
    },
  },
  {
    id: 'stalled',
    kind: 'liveness',
    severity: 'error',
    title: 'No step is completed',
    meaning: 'The process lives, but a step takes many times longer than this run’s steps do.',
    when: 'Longer than six times the run’s own median step (or its longest validation) and 60 s, while it is running.',
    keys: [...KEYS.stepTime, ...KEYS.validateTime],
    advice: [remedy.MORE_ATTEMPTS],
    find: (view) => {
      const track = view.track(KEYS.stepTime);
      if (track === null || track.length < 3) return null;
      return view.run.status === 'running' ? stallOf(view, track) : [];
    },
  },
  {
    id: 'not-finite',
    kind: 'liveness',
    severity: 'error',
    title: 'A loss, gradient or reward is not a number',
    meaning:
      'NaN or infinity in an update spoils the weights for good: stop, and go on from the last good checkpoint.',
    when: 'One point of loss, gradient norm, entropy or reward is not finite.',
    keys: [...KEYS.loss, ...KEYS.gradient, ...KEYS.entropy, ...KEYS.reward],
    advice: [remedy.LOWER_RATE, remedy.CLIP_GRADIENT, remedy.LOOK_AT_EVALUATOR],
    find: (view) => {
      const tracks = [KEYS.loss, KEYS.gradient, KEYS.entropy, KEYS.reward].flatMap(
        (keys) => view.track(keys) ?? [],
      );
      const found = tracks.flatMap(firstNotFinite);
      return tracks.length === 0 ? null : found.toSorted((a, b) => a.began.step - b.began.step).slice(0, 1);
    },
  },
  signalRule(
    {
      id: 'failed-rollouts',
      kind: 'liveness',
      severity: 'warning',
      title: 'Rollouts fail',
      meaning: 'Failed rollouts are left out of the batch, so the rest decides alone.',
      when: '5 % or more of a step’s rollouts; an error from a quarter on.',
      advice: [remedy.MORE_ATTEMPTS, remedy.LOOK_AT_EVALUATOR],
    },
    {
      keys: KEYS.failedShare,
      also: [KEYS.tokenRate],
      ...reaches({ bad: 0.05, well: 0.03, severe: 0.25 }),
    },
  ),
  signalRule(
    {
      id: 'service-errors',
      kind: 'liveness',
      severity: 'warning',
      title: 'The inference service ends responses with errors',
      meaning: 'These answers have no end of their own; the service’s log says why.',
      when: '5 % or more of a step’s rollouts; an error from a quarter on.',
      advice: [remedy.MORE_ATTEMPTS],
    },
    {
      keys: KEYS.serviceErrors,
      ...reaches({ bad: 0.05, well: 0.03, severe: 0.25 }),
    },
  ),
  signalRule(
    {
      id: 'tool-errors',
      kind: 'liveness',
      severity: 'warning',
      title: 'Tools fail',
      meaning: 'Calls that are malformed, refused or fail leave the agent without an answer.',
      when: 'A fifth of the tool calls or more.',
      advice: [{ keys: ['rollout_worker.agent'], why: 'Time limits and arguments of the tools.' }],
    },
    {
      keys: KEYS.toolErrors,
      also: [KEYS.toolCalls],
      isBad: (at) => at.now >= 0.2 * Math.max(1, at.other(KEYS.toolCalls)?.now ?? Infinity),
      isWell: (at) => at.now < 0.1 * Math.max(1, at.other(KEYS.toolCalls)?.now ?? Infinity),
    },
  ),
  {
    id: 'out-of-memory',
    kind: 'liveness',
    severity: 'error',
    title: 'Out of memory',
    meaning: 'A process or a device had no memory left for the batch.',
    when: 'The run ended, or said, with a message about memory.',
    keys: [],
    advice: remedy.LESS_MEMORY,
    find: outOfMemory,
  },
  signalRule(
    {
      id: 'high-memory',
      kind: 'liveness',
      severity: 'warning',
      title: 'Memory is nearly full',
      meaning:
        'What a step needs grows with prompts, rollouts and lengths; at the limit the system ends a process.',
      when: '90 % of the machine’s (or container’s) memory in use; an error from 97 % on.',
      advice: remedy.LESS_MEMORY,
    },
    {
      keys: KEYS.memory,
      window: 3,
      ...reaches({ bad: 0.9, well: 0.85, severe: 0.97 }),
    },
  ),
];

function stallOf(view: RunView, track: Track): readonly Finding[] {
  const last = track.length - 1;
  const completed = track.timeAt(last);
  if (completed === null) return [];
  // a pause, or the time before a resume, is no stall
  const since = Math.max(completed, view.statusSince ?? 0);
  const validate = view.track(KEYS.validateTime);
  const validation = validate === null ? 0 : longest(validate) * 1000;
  const limit = Math.max(LEAST_STALL_MS, STALL_TIMES * Math.max(medianGap(track), validation));
  if (view.now - since <= limit) return [];
  const step = track.stepAt(last);
  return [
    { severity: 'error', evidence: evidenceOf([track], step), began: { step, time: since }, ended: null },
  ];
}

/** Milliseconds between completed steps, validations and checkpoints included. */
function medianGap(track: Track): number {
  const gaps = Array.from(
    { length: track.length - 1 },
    (_, point) => (track.timeAt(point + 1) ?? 0) - (track.timeAt(point) ?? 0),
  );
  return gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 0;
}

function firstNotFinite(track: Track): readonly Finding[] {
  for (let point = 0; point < track.length; point += 1) {
    if (track.isFiniteAt(point)) continue;
    const step = track.stepAt(point);
    // the very value: a mean over its window would leave it out
    const now = { from: step, to: step, value: track.valueAt(point) };
    const evidence = evidenceOf([track], step).map((one) => ({ ...one, now }));
    return [{ severity: 'error', evidence, began: { step, time: track.timeAt(point) }, ended: null }];
  }
  return [];
}

function outOfMemory({ run, told }: RunView): readonly Finding[] {
  const said = told.findLast(({ message }) => OUT_OF_MEMORY.test(message));
  const isReason = run.reason !== null && OUT_OF_MEMORY.test(run.reason);
  if (said === undefined && !isReason) return [];
  const began = { step: said?.step ?? run.step, time: said?.time ?? null };
  const isPast = !isReason && said !== undefined && isOver(said, run);
  const ended = isPast ? { step: run.step, time: null } : null;
  return [{ severity: 'error', evidence: [], began, ended }];
}

function longest(track: Track): number {
  let most = 0;
  for (let point = 0; point < track.length; point += 1) most = Math.max(most, track.mean(point, 1) ?? 0);
  return most;
}
