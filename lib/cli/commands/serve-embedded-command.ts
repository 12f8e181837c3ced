import { spawn } from 'node:child_process';
import { childEnvironment } from '@/lib/env';
import { processBundle } from '@/lib/shared/process-bundle';
import { EXIT, type ExitCode } from '../exit-code';
import type { CommandContext } from '../session';

export type ServeOptions = {
  readonly port: number;
  readonly standIn?: readonly string[];
  readonly threads?: number;
};

/** `galley serve-embedded`: the service's process in this terminal, until it is interrupted. */
export async function serveEmbeddedCommand(
  { env }: CommandContext,
  options: ServeOptions,
): Promise<ExitCode> {
  const child = spawn(
    process.execPath,
    [
      processBundle(env.root, 'embedded/main'),
      ...['--data-dir', env.dataDir, '--root', env.root, '--port', String(options.port)],
      ...(options.standIn ?? []).flatMap((name) => ['--stand-in', name]),
      ...(options.threads === undefined ? [] : ['--threads', String(options.threads)]),
    ],
    { stdio: 'inherit', env: childEnvironment(env) },
  );
  // Ctrl-C reaches the child too, which ends in its own way; this one waits for it
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  const ignore = (): void => undefined;
  process.on('SIGINT', ignore);
  process.on('SIGTERM', forward);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).finally(() => {
    process.off('SIGINT', ignore);
    process.off('SIGTERM', forward);
  });
  return code === 0 ? EXIT.done : EXIT.broken;
}
