import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import { type EvaluationTarget } from './api';
import { checkResult } from './check-result';
import { ChildRequest, type ChildReply, ChildSetup, REPLY_DESCRIPTOR } from './child-protocol';
import { type Evaluation } from './evaluator-host';

// Entry of the process that runs a recipe's evaluator. The first line names the module, every further line is a call.

type Evaluate = (data: Readonly<Record<string, unknown>>, target: EvaluationTarget) => unknown;

/** Runs beside the evaluator: one that never returns must not outlive the run process. */
const ORPHAN_WATCH = `
  const { workerData } = require('node:worker_threads');
  setInterval(() => { if (process.ppid !== workerData) process.kill(process.pid, 'SIGKILL'); }, 1000);
`;

process.setSourceMapsEnabled(true);
new Worker(ORPHAN_WATCH, { eval: true, workerData: process.ppid }).unref();
// code that a finished call left behind is a line in the log, not the end of the calls after it
process.on('uncaughtException', (error) => {
  process.stderr.write(`uncaught in the evaluator: ${error.stack ?? error.message}\n`);
});
const lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
let calls: Promise<(line: string) => void> | null = null;
// calls wait for the module in order; after that they start in the order in which they came
let queue: Promise<void> = Promise.resolve();
lines.on('close', () => process.exit(0));
lines.on('line', (line) => {
  if (calls === null) {
    calls = open(line);
    return;
  }
  const ready = calls;
  queue = queue.then(async () => (await ready)(line));
});

async function open(line: string): Promise<(line: string) => void> {
  const setup = ChildSetup.parse(JSON.parse(line));
  const evaluate = await load(setup);
  reply({ kind: 'ready' });
  return (call) => {
    const request = ChildRequest.parse(JSON.parse(call));
    reply({ kind: 'started', id: request.id });
    run(evaluate, request, setup);
  };
}

async function load(setup: ChildSetup): Promise<Evaluate> {
  try {
    const exported: unknown = await import(pathToFileURL(setup.module).href);
    const evaluatorClass = property(exported, setup.className);
    if (!isClass(evaluatorClass)) throw new Error(missingClass(exported, setup));
    const evaluator = Reflect.construct(evaluatorClass, [setup.args]);
    const evaluate = property(evaluator, 'evaluate');
    if (!isFunction(evaluate)) {
      throw new Error(`${setup.className} has no method evaluate(data, target). Add it.`);
    }
    return (data, target) => Reflect.apply(evaluate, evaluator, [data, target]);
  } catch (error) {
    reply({ kind: 'broken', message: `${setup.label}: ${describe(error, setup)}` });
    process.exit(1);
  }
}

function missingClass(exported: unknown, setup: ChildSetup): string {
  const classes = Object.entries(exported ?? {})
    .filter(([, value]) => isClass(value))
    .map(([name]) => name);
  const found = classes.length > 0 ? `It exports ${classes.join(', ')}.` : 'It exports no class.';
  return `no exported class ${setup.className}. ${found} Export the class, or name another in rollout_worker.evaluator_module_path.`;
}

function run(evaluate: Evaluate, request: ChildRequest, setup: ChildSetup): void {
  const finish = (outcome: Evaluation): void => {
    try {
      reply({ kind: 'done', id: request.id, outcome });
    } catch (error) {
      // cycles and big integers in extraInfo
      const message = `${setup.className} returned something that JSON cannot hold: ${describe(error, setup)}`;
      reply({ kind: 'done', id: request.id, outcome: { ok: false, message } });
    }
  };
  const fail = (error: unknown): void =>
    finish({ ok: false, message: `${setup.className} threw ${describe(error, setup)}` });
  try {
    const result = evaluate(request.data, request.target);
    if (!isThenable(result)) {
      finish(checkResult(result, setup));
      return;
    }
    result.then((value) => finish(checkResult(value, setup)), fail);
  } catch (error) {
    fail(error);
  }
}

/** Name and message, and the first line of the recipe's own code in the stack. */
function describe(error: unknown, setup: ChildSetup): string {
  if (!(error instanceof Error)) return `${inspect(error)} (not an Error)`;
  const frame = /([^\s(]+\.[cm]?[tj]sx?):(\d+):\d+/.exec(
    (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line) && !line.includes('node:'))[0] ??
      '',
  );
  const file = frame?.[1]?.split(/[\\/]/).at(-1);
  const place = file && file !== setup.module.split(/[\\/]/).at(-1) ? ` at ${file}:${frame?.[2] ?? '?'}` : '';
  return `${error.name}: ${error.message}${place}`;
}

function reply(message: ChildReply): void {
  let rest = Buffer.from(`${JSON.stringify(message)}\n`);
  while (rest.length > 0) rest = rest.subarray(writeSync(REPLY_DESCRIPTOR, rest));
}

function property(value: unknown, name: string): unknown {
  return (typeof value === 'object' || typeof value === 'function') && value !== null
    ? Reflect.get(value, name)
    : undefined;
}

function isFunction(value: unknown): value is (...args: readonly unknown[]) => unknown {
  return typeof value === 'function';
}

function isClass(value: unknown): value is new (args: Readonly<Record<string, unknown>>) => unknown {
  return typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return isFunction(property(value, 'then'));
}
