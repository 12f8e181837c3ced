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

/** Lines of Node, of packages, of the child itself, and of transpiled code that its source map does not know. */
const NOT_THE_RECIPES =
  /node:|node_modules|(?:script|evaluator)-child\.|load-class\.|galley-(?:script|evaluator)[\w-]*\.mjs/;
const PLACE = /([^\s(/\\]+\.[cm]?[tj]sx?):(\d+):\d+\)?$/;

/** ` at evaluator.ts:12`: the recipe's own line that is nearest to an error; empty where there is none. */
export function ownPlace({ stack = '' }: Error): string {
  const lines = stack.split('\n').filter((line) => /^\s+at /.test(line) && !NOT_THE_RECIPES.test(line));
  for (const line of lines) {
    const [, file, number] = PLACE.exec(line) ?? [];
    if (file !== undefined && number !== undefined) return ` at ${file}:${number}`;
  }
  return '';
}
