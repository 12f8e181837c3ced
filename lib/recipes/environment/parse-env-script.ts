import { isPlaceholder } from './placeholder';
import { secretMark } from './secret-names';
import { Follower, type ScriptAssignment } from './script/follow-commands';
import { readCommands } from './script/read-commands';
import type { ScriptValue } from './script/script-value';
import type { Span } from './script/syntax';
import { type ReadableEnvironment, Variables } from './script/variables';

/** A value that waits to be filled in. */
export type ScriptPlaceholder = Span & { readonly name: string | null; readonly text: string };

/** What reading a script tells of the environment that it makes. */
export type ScriptReading = {
  /** Variables that the script touches, as a process started after it would see them. */
  readonly environment: ReadonlyMap<string, ScriptValue>;
  readonly assignments: readonly ScriptAssignment[];
  readonly placeholders: readonly ScriptPlaceholder[];
  /** Why variables that are not in `environment` are unknown too; null when they stay as they were. */
  readonly doubt: { readonly reason: string; readonly at: Span } | null;
  /** Variables that the script reads. */
  readonly reads: readonly string[];
  /** Variables that the script marks with `# secret`. */
  readonly marked: readonly string[];
};

/**
 * Reads a bash script without running it: exports, quotes, `${A:-default}`. Whatever cannot be known without running
 * it is `unknown`, with its place. Never throws.
 */
export function parseEnvScript(text: string, env: ReadableEnvironment): ScriptReading {
  const lineOf = (offset: number): string => {
    const end = text.indexOf('\n', offset);
    return text.slice(text.lastIndexOf('\n', offset - 1) + 1, end === -1 ? undefined : end);
  };
  const isMarked = ({ start }: Span): boolean => secretMark(lineOf(start)) === 'secret';
  const variables = new Variables(env, isMarked);
  const follower = new Follower(text, variables);
  const { steps, stop } = readCommands(text);
  for (const step of steps) follower.step(step);
  if (stop !== null && !follower.hasEnded) variables.doubtAll(stop.reason, stop);
  const { assignments } = follower;
  return {
    environment: variables.environment(),
    assignments,
    placeholders: findPlaceholders(text, assignments, stop?.start ?? text.length),
    doubt: variables.doubt,
    reads: [...variables.reads].toSorted(),
    marked: [...new Set(assignments.filter(isMarked).map(({ name }) => name))],
  };
}

/** In what is assigned, and `/path/to/…` anywhere that is run. `readTo`: from its line on, assignments are looked for by eye. */
function findPlaceholders(
  text: string,
  assignments: readonly ScriptAssignment[],
  readTo: number,
): readonly ScriptPlaceholder[] {
  const assigned = assignments
    .filter(({ own }) => isPlaceholder(own))
    .map(({ name, valueStart, end }) => ({
      name,
      start: valueStart,
      end,
      text: text.slice(valueStart, end),
    }));
  const covers = (a: Span, b: Span): boolean => a.start <= b.start && b.end <= a.end;
  // what an assignment holds has been judged there: a default that is not taken is none
  const elsewhere = [...loosePaths(text), ...looseAssignments(text, readTo)].filter(
    (place) => !assignments.some((assignment) => covers(assignment, place)),
  );
  return [...assigned, ...elsewhere]
    .filter(({ start }) => !isInComment(text, start))
    .toSorted((a, b) => a.start - b.start)
    .filter((place, index, all) => !all.some((other, at) => at < index && covers(other, place)));
}

const LOOSE_PATH = /(?:^|[^-=\w])(\/path\/to\b[^\s"';|&)}]*)/g;

function loosePaths(text: string): readonly ScriptPlaceholder[] {
  return [...text.matchAll(/^(?![ \t]*(?:#|echo\b|printf\b)).*$/gm)].flatMap(({ 0: line, index }) =>
    [...line.matchAll(LOOSE_PATH)].map(({ 0: whole, 1: place = '', index: at }) => {
      const end = index + at + whole.length;
      return { name: null, start: end - place.length, end, text: place };
    }),
  );
}

const LOOSE_ASSIGNMENT = /(?:^|[\s;])([A-Za-z_]\w*)=("[^"\n]*"|'[^'\n]*'|[^\s;"']+)/g;

function looseAssignments(text: string, from: number): readonly ScriptPlaceholder[] {
  const begin = text.lastIndexOf('\n', from - 1) + 1;
  return [...text.slice(begin).matchAll(LOOSE_ASSIGNMENT)].flatMap(
    ({ 0: whole, 1: name = '', 2: source = '', index }) => {
      if (!isPlaceholder(source.replaceAll(/^["']|["']$/g, ''))) return [];
      const end = begin + index + whole.length;
      return [{ name, start: end - source.length, end, text: source }];
    },
  );
}

function isInComment(text: string, offset: number): boolean {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  return /(^|\s)#/.test(line.replaceAll(/"[^"]*"|'[^']*'/g, ''));
}
