import { inspect, parseArgs } from 'node:util';
import { RunId } from '@/lib/domain/run';
import { readEnv, secretsOfProcess } from '@/lib/env';
import { redact } from '@/lib/recipes/environment/mask-secrets';
import { outliveOutput } from '@/lib/shared/outlive-output';
import { processBundle } from '@/lib/shared/process-bundle';
import { startRunProcess } from './run-process';

// Entry of a run process: `main.mjs --run <id>`. What it prints lands in the run's log file; everything that people
// should see is an event in the store.

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { run: { type: 'string' } } });
  const runId = RunId.parse(values.run);
  const env = readEnv();
  const run = await startRunProcess({
    env,
    runId,
    evaluatorChild: processBundle(env.root, 'evaluators/evaluator-child'),
    scriptChild: processBundle(env.root, 'agents/code/script-child'),
  });
  const die = (error: unknown): void => {
    console.error(redact(inspect(error), secretsOfProcess()));
    const end = (): never => process.exit(1);
    run.fail(error).then(end, end);
  };
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);
  process.on('SIGTERM', () => run.command('stop'));
  process.on('SIGINT', () => run.command('stop'));
  const { status } = await run.ended;
  return status === 'failed' ? 1 : 0;
}

outliveOutput();
try {
  process.exitCode = await main();
} catch (error) {
  console.error(redact(error instanceof Error ? error.message : String(error), secretsOfProcess()));
  process.exitCode = 1;
}
