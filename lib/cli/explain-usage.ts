import type { Command } from 'commander';

type Rewrite = readonly [RegExp, (match: RegExpExecArray, command: string) => string];

// What commander says, by its words (the version is pinned, and a test meets each), and what we say instead.
const REWRITES: readonly Rewrite[] = [
  [
    /^unknown option '(.+?)'(?:\n\(Did you mean (?:one of )?(.+?)\?\))?$/,
    ([, option = '', near], command) =>
      `${command} has no option ${option}.${near === undefined ? '' : ` Did you mean ${near}?`}`,
  ],
  [
    /^unknown command '(.+?)'(?:\n\(Did you mean (?:one of )?(.+?)\?\))?$/,
    ([, name = '', near], command) =>
      `There is no command ${command} ${name}.${near === undefined ? '' : ` Did you mean ${near}?`}`,
  ],
  [
    /^missing required argument '(.+)'$/,
    ([, name = ''], command) => `${command} needs <${name}>, and it is missing.`,
  ],
  [
    /^required option '(.+)' not specified$/,
    ([, option = ''], command) => `${command} needs ${option}, and it is missing.`,
  ],
  [/^option '(.+)' argument missing$/, ([, option = '']) => `${option} needs a value, and it is missing.`],
  [
    /^option '(.+)' argument '(.*)' is invalid\. (.+)$/s,
    ([, option = '', value = '', why = '']) => `${flagOf(option)} cannot be "${value}". ${why}`,
  ],
  [
    /^command-argument value '(.*)' is invalid for argument '(.+)'\. (.+)$/s,
    ([, value = '', name = '', why = '']) => `<${name}> cannot be "${value}". ${why}`,
  ],
  [
    /^too many arguments(?: for '.+')?\. Expected (\d+) arguments? but got (\d+)/,
    ([, expected = '', got = ''], command) =>
      `${command} takes ${expected === '0' ? 'no arguments' : `${expected} ${expected === '1' ? 'argument' : 'arguments'}`}, and there are ${got}. Put names with blanks into quotes.`,
  ],
];

/** A mistake in the command line as a sentence of ours, with the usage of the command that was meant. */
export function explainUsage(said: string, command: Command): string {
  const words = said.trim().replace(/^error: /, '');
  const name = commandPath(command);
  const usage =
    command.commands.length > 0 ? `${name} --help lists its commands.` : `Usage: ${name} ${command.usage()}`;
  for (const [pattern, rewrite] of REWRITES) {
    const match = pattern.exec(words);
    if (match !== null) return `error: ${rewrite(match, name)}\n${usage}`;
  }
  return `error: ${words}\n${usage}`;
}

function flagOf(option: string): string {
  return /--[\w-]+/.exec(option)?.[0] ?? option;
}

function commandPath(command: Command): string {
  return command.parent === null ? command.name() : `${commandPath(command.parent)} ${command.name()}`;
}
