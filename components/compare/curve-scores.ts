import type { Scores } from '@/lib/insight/compare/verdict';
import type { ComparedRun } from './compared-run';

/** The newest part of a curve: long enough for an interval, short enough to be about where the run stands. */
const LAST_STEPS = 81;

/** The chosen metric of each run over the last steps that all of them have, by step. */
export function curveScores(compared: readonly ComparedRun[]): ReadonlyMap<number, Scores> {
  const ends = compared.flatMap(({ metric }) => metric?.step.at(-1) ?? []);
  const to = Math.min(...ends);
  return new Map(
    compared.map(({ run, metric }) => {
      const points = (metric?.step ?? []).flatMap((step, row): readonly (readonly [string, number])[] => {
        const isRecent = step <= to && step > to - LAST_STEPS;
        return isRecent ? [[String(step), metric?.mean[row] ?? NaN]] : [];
      });
      return [run.id, new Map(points)];
    }),
  );
}
