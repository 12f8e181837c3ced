import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** Every line of a stream of a child process, without its end. */
export function readLines(stream: Readable, onLine: (line: string) => void): void {
  createInterface({ input: stream, crlfDelay: Infinity }).on('line', onLine);
}

/** Every line as JSON; null for one that is none: a recipe's code may write to the descriptor of our replies. */
export function readJsonLines(stream: Readable, onValue: (value: unknown) => void): void {
  readLines(stream, (line) => onValue(jsonOf(line)));
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
