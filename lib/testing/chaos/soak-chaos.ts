import { chaosRun, type ChaosOutcome } from './chaos-run';
import { judgeChaos } from './judge-chaos';
import { openChaosWorld } from './open-chaos-world';

export type SoakOptions = {
  readonly migrationsDir: string;
  readonly runs: number;
  readonly firstSeed: number;
  readonly onLine: (line: string) => void;
};

/** Disturbed runs as a Markdown table, and how they ended in all. Resolves with the number of faults. */
export async function soakChaos({ migrationsDir, runs, firstSeed, onLine }: SoakOptions): Promise<number> {
  const world = await openChaosWorld(migrationsDir);
  const verdicts: string[] = [];
  try {
    const undisturbed = await chaosRun(world, null);
    if (undisturbed.status !== 'succeeded') throw new Error(`The undisturbed run: ${undisturbed.reason}`);
    onLine('| seed | what struck it | attempts | status | step | version | end | seconds |');
    onLine('| ---: | --- | ---: | --- | ---: | ---: | --- | ---: |');
    for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
      const outcome = await chaosRun(world, seed);
      const verdict = judgeChaos(outcome, undisturbed);
      const end = typeof verdict === 'string' ? verdict : `FAULT: ${verdict.fault}`;
      verdicts.push(typeof verdict === 'string' ? verdict : 'fault');
      onLine(row(outcome, end));
    }
  } finally {
    await world.close();
  }
  const count = (verdict: string): number => verdicts.filter((each) => each === verdict).length;
  onLine('');
  onLine(
    `${verdicts.length} runs: ${count('same')} ended as the undisturbed run, ${count('failed')} failed and said why, ${count('fault')} faults.`,
  );
  return count('fault');
}

function row({ seed, strikes, attempts, status, step, series, seconds }: ChaosOutcome, end: string): string {
  // the weights that the last step trained from, and one more
  const version = (series[`training/weight_version@${step - 1}`] ?? NaN) + 1;
  const struck = strikes.length === 0 ? 'nothing in time' : strikes.join(', ');
  return `| ${[seed, struck, attempts, status, step, version, end, seconds.toFixed(1)].join(' | ')} |`;
}
