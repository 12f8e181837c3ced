import { createInterface } from 'node:readline';
import { writeLine } from '@/lib/recipe-code/in-child';
import { startCallWatch } from './call-watch';
import { checkResult } from './check-result';
import { type ChildCall, ChildCalls, type ChildReply, ChildSetup, REPLY_DESCRIPTOR } from './child-protocol';
import type { Evaluation } from './evaluator-host';
import { describeError, isThenable, loadEvaluator } from './load-class';

// Entry of the process that runs a recipe's evaluator. The first line is the setup, every further line holds calls.

/** Results gather for so long: a write per result would cost more than a usual evaluation. */
const GATHER_MS = 2;

process.setSourceMapsEnabled(true);
// code that a finished call left behind is a line in the log, not the end of the calls after it
process.on('uncaughtException', (error) => {
  process.stderr.write(`uncaught in the evaluator: ${error.stack ?? error.message}\n`);
});
const lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
let calls: Promise<(line: string) => void> | null = null;
lines.on('close', () => process.exit(0));
lines.on('line', (line) => {
  if (calls === null) calls = open(line);
  else void calls.then((accept) => accept(line));
});

async function open(line: string): Promise<(line: string) => void> {
  const setup = ChildSetup.parse(JSON.parse(line));
  try {
    const evaluate = await loadEvaluator(setup);
    reply({ kind: 'ready' });
    return answerCalls(setup, evaluate);
  } catch (error) {
    reply({ kind: 'broken', message: `${setup.label}: ${describeError(error, setup)}` });
    process.exit(1);
  }
}

function answerCalls(
  setup: ChildSetup,
  evaluate: Awaited<ReturnType<typeof loadEvaluator>>,
): (line: string) => void {
  const watch = startCallWatch({ timeoutMs: setup.timeoutMs, descriptor: REPLY_DESCRIPTOR });
  let gathered: { readonly id: number; readonly outcome: Evaluation }[] = [];
  let since = 0;
  const flush = (): void => {
    if (gathered.length > 0) reply({ kind: 'done', results: gathered });
    gathered = [];
    since = performance.now();
  };
  const finish = (id: number, outcome: Evaluation): void => {
    const problem = outcome.ok ? jsonProblem(outcome) : null;
    const message = `${setup.className} in ${setup.label} returned what JSON cannot hold: ${problem ?? ''}`;
    gathered.push({ id, outcome: problem === null ? outcome : { ok: false, message } });
  };
  const subject = setup.module === null ? `builtin:${setup.className}:` : `${setup.className} threw`;
  const fail = (id: number, error: unknown): void =>
    finish(id, { ok: false, message: `${subject} ${describeError(error, setup)}` });
  const run = ({ id, data, target }: ChildCall): void => {
    watch.enter(id);
    try {
      const result = evaluate(data, target);
      if (!isThenable(result)) {
        finish(id, checkResult(result, setup));
        return;
      }
      reply({ kind: 'pending', id });
      result
        .then(
          (value) => finish(id, checkResult(value, setup)),
          (error: unknown) => fail(id, error),
        )
        .then(flush, () => undefined);
    } catch (error) {
      fail(id, error);
    } finally {
      watch.leave();
    }
  };
  process.on('exit', () => {
    flush();
    reply({ kind: 'ending', id: watch.current() });
  });
  return (line) => {
    const { calls: wanted, careful } = ChildCalls.parse(JSON.parse(line));
    since = performance.now();
    for (const call of wanted) {
      run(call);
      if (careful || performance.now() - since > GATHER_MS) flush();
    }
    flush();
  };
}

/** Cycles and big integers in extraInfo. */
function jsonProblem({ extraInfo }: Extract<Evaluation, { ok: true }>): string | null {
  try {
    JSON.stringify(extraInfo);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function reply(message: ChildReply): void {
  writeLine(REPLY_DESCRIPTOR, JSON.stringify(message));
}
