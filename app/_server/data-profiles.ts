import 'server-only';
import { findDataFiles } from '@/lib/datasets/find-data-files';
import { profileInProcess } from '@/lib/datasets/profile/profile-process';
import { versionOf } from '@/lib/datasets/text-blocks';
import type { DataPlan, DataProfile } from '@/lib/domain/data-profile';
import { readEnv } from '@/lib/env';
import { dataFolders } from '@/lib/launch/check-data';
import { AppError } from '@/lib/shared/app-error';
import { processBundle } from '@/lib/shared/process-bundle';

/** Work that nobody has asked about for so long is given up. */
const ABANDONED_MS = 10_000;
const MAX_KEPT = 64;
/** Each reads its files in a process of its own. */
const MAX_RUNNING = 2;
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
  job.lastAsked = Date.now();
  makeRoom(jobs);
  await Promise.race([job.done, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
  if (job.error !== null) throw job.error;
  return { progress: job.progress, profile: job.profile, isComplete: job.isComplete };
}

/** Ends what was asked about longest ago when too much is under way, and forgets the oldest answers. */
function makeRoom(jobs: Map<string, Job>): void {
  const running = [...jobs.values()].filter(({ isComplete }) => !isComplete);
  const byAge = running.toSorted((left, right) => left.lastAsked - right.lastAsked);
  for (const job of byAge.slice(0, Math.max(0, running.length - MAX_RUNNING))) job.stop.abort();
  const [oldest] = jobs.keys();
  if (jobs.size <= MAX_KEPT || oldest === undefined) return;
  jobs.get(oldest)?.stop.abort();
  jobs.delete(oldest);
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
      const env = readEnv();
      job.profile = await profileInProcess(plan, {
        baseDirs,
        hubCache: env.hubCache,
        childPath: processBundle(env.root, 'datasets/profile/profile-child'),
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
