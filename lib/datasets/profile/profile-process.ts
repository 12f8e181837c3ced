import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { DataPlan, DataProfile } from '@/lib/domain/data-profile';
import { AppError } from '@/lib/shared/app-error';
import type { ProfileOptions } from './profile-data';
import { ProfileMessage, type ProfileTask } from './profile-messages';

/** What a process that broke said last. */
const MAX_REASON_CHARACTERS = 2000;

export type ProfileProcessOptions = Omit<ProfileOptions, 'isFirstOnly' | 'signal'> & {
  /** Bundle of `profile-child.ts`. */
  readonly childPath: string;
  /** Ends the process at once. */
  readonly signal: AbortSignal;
};

/**
 * `profileData` in a process of its own: reading gigabytes neither holds up who asks nor leaves its memory full.
 * Rejects with the refusal that `profileData` gives, with the signal's reason, or when the process breaks.
 */
export function profileInProcess(plan: DataPlan, options: ProfileProcessOptions): Promise<DataProfile> {
  const { childPath, signal, baseDirs, hubCache, onFirst, onProgress } = options;
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(asError(signal.reason));
      return;
    }
    const child = spawn(process.execPath, [childPath], { stdio: ['pipe', 'pipe', 'pipe'] });
    let complaint = '';
    const stop = (): void => {
      child.kill('SIGKILL');
      reject(asError(signal.reason));
    };
    signal.addEventListener('abort', stop, { once: true });
    child.stderr.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(-MAX_REASON_CHARACTERS);
    });
    createInterface({ input: child.stdout, crlfDelay: Infinity }).on('line', (line) => {
      const message = readMessage(line);
      if (message?.kind === 'first') onFirst?.(message.profile);
      if (message?.kind === 'progress') onProgress?.(message.share);
      if (message?.kind === 'done') resolve(message.profile);
      if (message?.kind === 'refused') reject(new AppError(message.code, message.message));
    });
    child.on('error', (error) => reject(broken(error.message)));
    // every line has been read by then; after an answer this changes nothing
    child.on('close', (code, killed) => {
      signal.removeEventListener('abort', stop);
      reject(
        broken(complaint.trim() === '' ? `it ended with ${killed ?? `code ${code ?? 0}`}` : complaint.trim()),
      );
    });
    const task: ProfileTask = { plan, baseDirs: [...baseDirs], hubCache };
    // writing to a process that did not start is no news: its end is
    child.stdin.on('error', () => undefined);
    child.stdin.write(`${JSON.stringify(task)}\n`);
  });
}

function readMessage(line: string): ProfileMessage | null {
  try {
    return ProfileMessage.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

function broken(reason: string): Error {
  return new Error(`The process that reads the data broke: ${reason}`);
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
