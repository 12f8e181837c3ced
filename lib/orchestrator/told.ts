import type { AssembledStage } from './assemble';
import type { Journal } from './journal';
import type { WarmStartRecord } from './run-state';

/** Says where a stage begins. */
export function tellStage(journal: Journal, stages: readonly AssembledStage[], stage: AssembledStage): void {
  const { name, from, to } = stage;
  const place = `stage ${stages.indexOf(stage) + 1} of ${stages.length}`;
  journal.log('info', 'controller', `${place}, ${name}: steps ${from} to ${to - 1}.`);
}

/** The points of a warm start again, from an update on: those of an earlier attempt are stale from there. */
export function tellWarmStart(journal: Journal, record: WarmStartRecord, from: number): void {
  const exact = new Map(record.exact.map(({ update, share }) => [update, share]));
  for (const [update, loss] of record.loss.entries()) {
    if (update < from) continue;
    const share = exact.get(update);
    journal.metrics(update, {
      'warm_start/loss': loss ?? NaN,
      ...(share === undefined ? {} : { 'warm_start/exact': share }),
    });
  }
}
