import 'server-only';
import { findDataFiles } from '@/lib/datasets/find-data-files';
import { profileData } from '@/lib/datasets/profile/profile-data';
import { versionOf } from '@/lib/datasets/text-blocks';
import type { DataPlan, DataProfile } from '@/lib/domain/data-profile';
import { readEnv } from '@/lib/env';
import { dataFolders } from '@/lib/launch/check-data';
import { AppError } from '@/lib/shared/app-error';

/** Work that nobody has asked about for so long is given up. */
const ABANDONED_MS = 15_000;
const MAX_KEPT = 16;
/** A small data set is answered whole, without a second question. */
const PATIENCE_MS = 300;

type Job = {
  readonly stop: AbortController;
  readonly done: Promise<void>;
  lastAsked: number;
  progress: number;
  profile: DataProfile | null;
  isComplete: boolean;
  error: Error | null;
};

declare global {
  /** `next dev` loads this module again at every change; work under way must be found again. */
  var galleyDataJobs: Map<string, Job> | undefined;
}

/** Answers at once with what is known; the files are read on, as long as somebody asks. */
export async function dataProfile(plan: DataPlan): Promise<Pick<Job, 'progress' | 'profile' | 'isComplete'>> {
  if (plan.entry.split('/').some((part) => part === '' || part.startsWith('.'))) {
    throw new AppError('forbidden', `"${plan.entry}" is not a layer of the recipes folder.`);
  }
  const baseDirs = dataFolders(readEnv(), plan.entry);
  const jobs = (globalThis.galleyDataJobs ??= new Map<string, Job>());
  const key = JSON.stringify([plan, await versions(plan, baseDirs)]);
  const job = jobs.get(key) ?? start(plan, baseDirs, () => jobs.delete(key));
  jobs.set(key, job);
  const [oldest] = jobs.keys();
  if (jobs.size > MAX_KEPT && oldest !== undefined) {
    jobs.get(oldest)?.stop.abort();
    jobs.delete(oldest);
  }
  job.lastAsked = Date.now();
  await Promise.race([job.done, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
  if (job.error !== null) throw job.error;
  return { progress: job.progress, profile: job.profile, isComplete: job.isComplete };
}

/** What tells one state of the files from another; a missing file is a state too. */
async function versions(plan: DataPlan, baseDirs: readonly string[]): Promise<unknown> {
  const named = [...plan.trainFiles, ...(plan.validationFiles ?? [])];
  return Promise.all(
    named.map(async (name) => {
      try {
        const files = await findDataFiles(name, { setting: '', baseDirs });
        return await Promise.all(files.map(async (file) => [file, await versionOf(file)]));
      } catch {
        return null;
      }
    }),
  );
}

function start(plan: DataPlan, baseDirs: readonly string[], forget: () => void): Job {
  const stop = new AbortController();
  const watch = setInterval(() => {
    if (Date.now() - job.lastAsked > ABANDONED_MS) stop.abort();
  }, 1000);
  const work = async (): Promise<void> => {
    try {
      job.profile = await profileData(plan, {
        baseDirs,
        signal: stop.signal,
        onFirst: (profile) => (job.profile = profile),
        onProgress: (share) => (job.progress = share),
      });
      job.isComplete = true;
    } catch (error) {
      job.error = stop.signal.aborted
        ? new AppError('conflict', 'Reading was given up; ask again.')
        : asError(error);
      forget();
    } finally {
      clearInterval(watch);
    }
  };
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const job: Job = {
    stop,
    done: begun.then(work),
    lastAsked: Date.now(),
    progress: 0,
    profile: null,
    isComplete: false,
    error: null,
  };
  begin();
  return job;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
