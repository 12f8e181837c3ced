import { writeSync } from 'node:fs';

// What the processes that run a recipe's code share.

/** A property of whatever a recipe's module holds; undefined where it cannot have any. */
export function property(value: unknown, name: string): unknown {
  const hasProperties = (typeof value === 'object' || typeof value === 'function') && value !== null;
  return hasProperties ? Reflect.get(value, name) : undefined;
}

/** Writes a line to a descriptor before it returns: code that ends the process next must not lose it. */
export function writeLine(descriptor: number, text: string): void {
  let rest = Buffer.from(`${text}\n`);
  while (rest.length > 0) rest = rest.subarray(writeSync(descriptor, rest));
}
