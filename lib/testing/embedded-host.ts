import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { byteTokenizer } from '@/lib/embedded/byte-tokenizer';
import type { LearnerFactory } from '@/lib/embedded/model-registry';
import { runEmbeddedService, type EmbeddedServiceOptions } from '@/lib/embedded/run-embedded-service';
import { buildOf } from '@/lib/services/embedded/ensure-running';
import type { ServiceRecord } from '@/lib/services/embedded/service-record';
import { createFakeLearner, type FakeLearnerCall } from './fake-learner';

export type EmbeddedHost = {
  readonly dataDir: string;
  readonly record: ServiceRecord;
  /** Where a client finds it: the file stands for the bundle, and is never started while this service answers. */
  readonly location: { readonly dataDir: string; readonly root: string; readonly bundle: string };
  /** Calls that the learners got, of all models, in order. */
  readonly calls: FakeLearnerCall[];
  readonly log: string[];
  /** Sets the clock of leases and idleness. */
  readonly setTime: (ms: number) => void;
  /** Ends the service and leaves its data folder. */
  end(): Promise<void>;
  stop(): Promise<void>;
};

export type EmbeddedHostOptions = Partial<EmbeddedServiceOptions> & {
  /** Awaited inside every learner call: lets a test hold the machine. */
  readonly onCall?: (call: FakeLearnerCall) => Promise<void> | void;
};

/** The embedded service on real HTTP inside the test's process, with fake learners, a clock of its own and a new data folder. */
export async function startEmbeddedHost(options: EmbeddedHostOptions = {}): Promise<EmbeddedHost> {
  const dataDir = options.dataDir ?? (await mkdtemp(path.join(tmpdir(), 'galley-embedded-')));
  const bundle = fileURLToPath(import.meta.url);
  const stop = new AbortController();
  const calls: FakeLearnerCall[] = [];
  const log: string[] = [];
  let time = 0;
  const createLearner: LearnerFactory = ({ shape, seed }) =>
    Promise.resolve(
      createFakeLearner({ shape, seed }, async (call) => {
        calls.push(call);
        await options.onCall?.(call);
      }),
    );
  const build = await buildOf(bundle);
  let ended: Promise<unknown> = Promise.resolve();
  const record = await new Promise<ServiceRecord>((resolve, reject) => {
    const service: EmbeddedServiceOptions = {
      dataDir,
      build,
      createLearner,
      tokenizer: byteTokenizer,
      now: () => time,
      checkEveryMs: 5,
      log: (message) => log.push(message),
      ...options,
      onReady: resolve,
    };
    ended = runEmbeddedService(service, stop.signal);
    ended.catch(reject);
  });
  return {
    dataDir,
    record,
    location: { dataDir, root: path.dirname(bundle), bundle },
    calls,
    log,
    setTime: (ms) => (time = ms),
    async end() {
      stop.abort();
      await ended;
    },
    async stop() {
      stop.abort();
      await ended;
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
