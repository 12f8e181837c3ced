import type { Interpreter } from './find-interpreter';

/** Why no Python process could be started, and what to do. `how` is the end of the process in words. */
export function explainStart(interpreter: Interpreter, how: string): string {
  const { command, from } = interpreter;
  if (/ENOENT|EACCES/.test(how)) {
    const where =
      from === 'PATH' ? `There is no ${command} on the PATH` : `${command} (${from}) cannot be run`;
    return `${where}. Python code of a recipe needs Python 3.10 or newer: install it, or name one with GALLEY_PYTHON.`;
  }
  return `The Python process (${command}) ended before it could be used: ${how}`;
}
