import type { LineInput } from '@/lib/charts/prepare-lines';
import { alignColumns, averageColumns, type Axis } from '@/lib/insight/compare/align';
import type { RunGroup } from '@/lib/insight/compare/group-runs';
import { type ComparedRun, nameOf } from './compared-run';
import { TOKENS_KEY } from './overlay-metrics';

/** One line per group that has any of the keys: its mean over the runs, aligned. */
export function overlayLines(
  compared: readonly ComparedRun[],
  groups: readonly RunGroup[],
  { keys, axis }: { readonly keys: readonly string[]; readonly axis: Axis },
): readonly LineInput[] {
  return groups.flatMap((group) => {
    const members = compared.filter(({ run }) => group.runs.includes(run.id));
    const [first] = members;
    const columns = members.flatMap((member) => {
      const series = member.series(keys);
      if (series === null) return [];
      const { startedAt } = member.run;
      const context = {
        tokens: member.series([TOKENS_KEY]),
        startedAt: startedAt === null ? null : Date.parse(startedAt),
      };
      return alignColumns(series, axis, context) ?? [];
    });
    if (first === undefined || columns.length === 0) return [];
    const isOne = group.runs.length === 1;
    return [
      {
        name: isOne ? nameOf(first) : `${group.title} (${runsText(columns.length)})`,
        columns: averageColumns(columns),
        color: first.style.color,
        dash: first.style.dash,
      },
    ];
  });
}

function runsText(count: number): string {
  return count === 1 ? '1 run' : `${count} runs`;
}
