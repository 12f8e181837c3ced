import { type Change, isChanged } from '@/lib/orchestrator/replay/compare-rollouts';
import type { Replay } from '@/lib/orchestrator/replay/replay-step';
import { textTable, wrapText } from './text-table';

/** Groups that are listed; of more, those whose mean reward changed most. */
const MOST_GROUPS = 40;

type Shown = {
  readonly run: number;
  readonly step: number;
  /** What scored now; null = nothing did. */
  readonly evaluator: string | null;
  readonly replay: Replay;
};

/** What a replay changed, group by group, then metric by metric. */
export function renderReplay({ run, step, evaluator, replay }: Shown): readonly string[] {
  const rollouts = replay.groups.flatMap((group) => group.rollouts);
  const changed = rollouts.filter(({ reward }) => isChanged(reward)).length;
  const scored = evaluator === null ? '' : `, scored again with ${evaluator} as it is now`;
  const count = `${rollouts.length} rollouts in ${replay.groups.length} groups`;
  return [
    `Run ${run}, step ${step}: ${count}${scored}; ${changed} rewards changed.`,
    '',
    ...groupLines(replay),
    ...metricLines(replay),
    ...trainingLines(replay),
    ...replay.notes.map((note) => wrapText(`Note: ${note}`, '  ')),
  ];
}

function groupLines({ groups }: Replay): readonly string[] {
  const shown = [...groups].toSorted((one, other) => sizeOf(other.reward) - sizeOf(one.reward));
  const listed = new Set(shown.slice(0, MOST_GROUPS));
  const rows = groups
    .filter((group) => listed.has(group))
    .map(({ group, reward, rollouts }) => [
      group,
      format(reward.before),
      format(reward.after),
      String(rollouts.filter((each) => isChanged(each.reward)).length),
      String(rollouts.filter((each) => isChanged(each.advantage)).length),
      String(rollouts.filter(({ error }) => error !== null).length),
    ]);
  const titles = ['group', 'reward', 'now', 'rewards changed', 'advantages changed', 'failed now'];
  const cap =
    groups.length > listed.size
      ? [`${listed.size} of ${groups.length} groups, those that changed most; all with --json`]
      : [];
  return [textTable(titles, rows), ...cap, ''];
}

function metricLines({ metrics }: Replay): readonly string[] {
  if (metrics.length === 0) return ['No metric of the step differs.', ''];
  const rows = metrics.map(({ key, before, after }) => [key, format(before), format(after)]);
  return [textTable(['metric', 'then', 'now'], rows), ''];
}

function trainingLines({ training }: Replay): readonly string[] {
  if (training === null) return [];
  const rows = Object.entries(training.metrics).map(([key, value]) => [key, format(value)]);
  const steps = training.updates === 1 ? '1 optimizer step' : `${training.updates} optimizer steps`;
  return [`Trained on them: ${steps}.`, textTable(['metric', 'value'], rows), ''];
}

function sizeOf({ before, after }: Change): number {
  if (before === null || after === null) return before === after ? 0 : Infinity;
  return Math.abs(after - before);
}

function format(value: number | null): string {
  if (value === null) return '–';
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}
