import { pathToFileURL } from 'node:url';
import { openRunWriter } from '@/lib/run-store/open-run-writer';
import { aNewTrajectory } from './builders';
import { WritingOrder } from './writing-order';

/** Writes one metrics event and two rollouts per step; says `step N` once that step is on disk, `trouble …` if any. */
async function main(): Promise<void> {
  const { databaseUrl, workerFile, attempt, steps } = WritingOrder.parse(JSON.parse(process.argv[2] ?? ''));
  const writer = await openRunWriter({ databaseUrl, attempt, workerUrl: pathToFileURL(workerFile) });
  writer.onTrouble((message) => process.stdout.write(`trouble ${message}\n`));
  writer.status('running', null);
  for (let step = attempt.startStep; step < steps; step += 1) {
    writer.append({ kind: 'metrics', step, values: { reward: step, attempt: attempt.number } });
    const rows = [0, 1].map((sample) => aNewTrajectory({ step, sample }));
    writer.trajectories(step, { validation: false, failed: 0, rows });
    writer.progress({ step: step + 1, phase: 'train', trainSeconds: step });
    if (step % 10 === 9)
      writer.checkpoint({ step: step + 1, path: `step-${step + 1}`, bytes: 1, kept: [step + 1] });
    await writer.flush();
    process.stdout.write(`step ${step}\n`);
  }
  writer.status('succeeded', null);
  await writer.close();
}

await main();
