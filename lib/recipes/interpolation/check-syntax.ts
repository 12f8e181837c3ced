import { parseText } from './parse-expression';

// Common interpolations pass by this pattern without being parsed. It also lets pass a few that do not parse
// (a line break inside, an empty resolver name); those fail when they are resolved, as in the reference.
const KEY = '[$\\w]+';
const SPACE = '[ \\t\\n\\r\\f\\v]*';
const REFERENCE = `\\$\\{${SPACE}\\.*(?:${KEY}|\\[${KEY}\\])(?:\\.${KEY}|\\[${KEY}\\])*${SPACE}\\}`;
const NAME = '(?:[a-zA-Z_][\\w-]*(?:\\.[a-zA-Z_][\\w-]*)*)?';
const ARGUMENT = '[a-zA-Z_0-9/\\-+.$%*@?|]+';
const CALL = `\\$\\{${SPACE}${NAME}${SPACE}:${SPACE}(?:${ARGUMENT}(?:${SPACE},${SPACE}${ARGUMENT})*)?${SPACE}\\}`;
const OUTER = '(?:[^$]|\\$(?!\\{))*';
const SIMPLE = new RegExp(`^${OUTER}(?:(?:${REFERENCE}|${CALL})${OUTER})+$`);

export function hasInterpolation(text: string): boolean {
  return text.includes('${');
}

/** Throws a Failure of class `grammar` when a string's interpolations cannot be read. */
export function checkSyntax(text: string): void {
  if (hasInterpolation(text) && !SIMPLE.test(text)) parseText(text);
}
