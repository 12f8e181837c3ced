// Short lines with times, for people who wait.
import { spawn } from 'node:child_process';

const KEPT_OUTPUT = 60_000;

export function seconds(sinceMs) {
  return `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
}

/** Says what is being done, does it, says how long it took. `say` is `console.log`, or silence. */
export async function timed(say, title, work) {
  const began = performance.now();
  say(`  ${title} …`);
  const result = await work();
  say(`  ${title}: ${seconds(began)}`);
  return result;
}

/** A foreseen failure: its message is all that the reader needs. */
export class Stop extends Error {}

/** Runs a command quietly; when it fails, what it said is the error. */
export async function runQuietly(command, args, options = {}) {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const keep = (chunk) => (output = (output + chunk).slice(-KEPT_OUTPUT));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit, signal) => resolve(exit ?? signal));
  });
  if (code !== 0)
    throw new Stop(`${output.trim()}\n\n\`${[command, ...args].join(' ')}\` ended with ${code}.`);
  return output;
}

/** Ends the process once all that was printed has left it: a pipe takes 64 kB at once, and the rest would be lost. */
export async function exitWhenPrinted() {
  const streams = [process.stdout, process.stderr];
  await Promise.all(streams.map((stream) => new Promise((resolve) => stream.write('', resolve))));
  process.exit();
}

/** Runs a script's main function; foreseen failures print their message alone. */
export async function runScript(main) {
  try {
    process.exitCode = (await main()) ?? process.exitCode ?? 0;
  } catch (error) {
    console.error(error instanceof Stop ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}
