import { readSecret } from './read-secret';

/** What a command may touch of its terminal. Results go to `out`, everything for the eye goes to `err`. */
export type CliIo = {
  readonly cwd: string;
  /** `err` is a terminal that can redraw a line. */
  readonly isTerminal: boolean;
  out(text: string): void;
  err(text: string): void;
  /** A line that is not shown while it is typed, or standard input when that is no terminal. */
  readSecret(prompt: string): Promise<string>;
  /** Called at each Ctrl-C until the returned function is called. */
  onInterrupt(listener: () => void): () => void;
};

/** The real terminal. */
export function processIo(): CliIo {
  return {
    cwd: process.cwd(),
    isTerminal: process.stderr.isTTY,
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
    readSecret,
    onInterrupt: (listener) => {
      process.on('SIGINT', listener);
      return () => void process.off('SIGINT', listener);
    },
  };
}
