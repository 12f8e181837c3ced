import { randomBytes, randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { isAlive } from '@/lib/services/embedded/ensure-running';
import { createNativeClient } from '@/lib/services/embedded/native-client';
import { NATIVE_VERSION } from '@/lib/services/embedded/native-wire';
import type { ServiceRecord } from '@/lib/services/embedded/service-record';
import { ServiceError } from '@/lib/services/service-error';
import { createFairScheduler } from './fair-scheduler';
import { createLifetime } from './lifetime';
import { createModelRegistry, type LearnerFactory, type ModelRegistry } from './model-registry';
import type { Protocol } from './protocol';
import { createNativeProtocol } from './protocols/native/native-protocol';
import { createOpenAiProtocol } from './protocols/openai/openai-protocol';
import { createTinkerProtocol } from './protocols/tinker/tinker-protocol';
import { createTrainServiceProtocol } from './protocols/train-service/train-service-protocol';
import { weaverKey } from './protocols/weaver/weaver-key';
import { createWeaverProtocol } from './protocols/weaver/weaver-protocol';
import { MAX_BODY_BYTES, startServer } from './server';
import { claimService } from './service-claim';
import { createStateFiles } from './state-files';
import type { Tokenizer } from './tokenizer';

export type EmbeddedServiceOptions = {
  readonly dataDir: string;
  /** Identifies the code that runs; see `buildOf`. */
  readonly build: string;
  readonly createLearner: LearnerFactory;
  readonly tokenizer: Tokenizer;
  /** Where to listen; a free port by default. */
  readonly port?: number;
  readonly tinker?: {
    /** A key of Tinker's API beside `tml-<token>`. */
    readonly key?: string;
    /** Base models that the embedded one stands in for. */
    readonly standIns?: readonly string[];
    readonly pollMs?: number;
    readonly gapMs?: number;
  };
  /** Threads of a learner whose client names none; by default two, or one on a single core. */
  readonly threads?: number;
  /** End after so long without models; 60 s by default. */
  readonly idleMs?: number;
  /** Drop a model after so long without a call; 120 s by default. */
  readonly leaseMs?: number;
  /** Largest request that is read. */
  readonly maxBodyBytes?: number;
  readonly log?: (message: string) => void;
  readonly onReady?: (record: ServiceRecord) => void;
  /** How often to look whether it is time to end. */
  readonly checkEveryMs?: number;
  /** Milliseconds, monotonic. */
  readonly now?: () => number;
};

const DEFAULT_THREADS = 2;
const IDLE_MS = 60_000;
const LEASE_MS = 120_000;
const CHECK_EVERY_MS = 1_000;
const TOKEN_BYTES = 32;

/**
 * Runs the service of a data folder until `signal` aborts, it is told to end, or nobody needs it any more. Resolves with
 * the reason; `already-running` when another one answers for this folder.
 */
export async function runEmbeddedService(
  options: EmbeddedServiceOptions,
  signal: AbortSignal,
): Promise<{ readonly ended: 'already-running' | 'done'; readonly reason: string }> {
  const { log = () => undefined, now = () => performance.now() } = options;
  const cores = availableParallelism();
  const threads = options.threads ?? Math.min(DEFAULT_THREADS, cores);
  const ending = createEnding(signal);
  const registry = createModelRegistry({
    createLearner: options.createLearner,
    tokenizer: options.tokenizer,
    scheduler: createFairScheduler({ slots: Math.max(1, Math.floor(cores / threads)), now }),
    states: createStateFiles(options.dataDir),
    threads,
    leaseMs: options.leaseMs ?? LEASE_MS,
    now,
    newId: () => randomBytes(6).toString('hex'),
    log,
  });
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const protocols = createProtocols(options, { registry, token, ending, log });
  const server = await startServer({
    protocols,
    log,
    ...(options.maxBodyBytes === undefined ? {} : { maxBodyBytes: options.maxBodyBytes }),
    port: options.port ?? 0,
  });
  const record = {
    pid: process.pid,
    port: server.port,
    token,
    version: NATIVE_VERSION,
    build: options.build,
  };
  const claim = await claimService({ dataDir: options.dataDir, record, isAnswering }).catch(
    async (error: unknown) => {
      await server.close();
      throw error;
    },
  );
  if (claim === null) {
    await server.close();
    return { ended: 'already-running', reason: 'another service answers for this data folder' };
  }
  log(`listening on 127.0.0.1:${server.port}, process ${process.pid}, ${threads} threads a model`);
  options.onReady?.(record);
  const idleMs = options.idleMs ?? IDLE_MS;
  const lifetime = createLifetime({ now, idleMs, registry, isClaimHeld: () => claim.isHeld() });
  const timer = setInterval(() => {
    lifetime.check().then(
      (due) => due !== null && ending.decide(due),
      (error: unknown) => log(`the lifetime check failed: ${String(error)}`),
    );
  }, options.checkEveryMs ?? CHECK_EVERY_MS);
  const reason = await ending.decided;
  clearInterval(timer);
  log(`ending: ${reason}`);
  await claim.release();
  // lets the reply to a shutdown call leave first
  await new Promise((resolve) => setImmediate(resolve));
  await server.close();
  await registry.closeAll();
  return { ended: 'done', reason };
}

type ProtocolParts = {
  readonly registry: ModelRegistry;
  readonly token: string;
  readonly ending: Ending;
  readonly log: (message: string) => void;
};

function createProtocols(
  options: EmbeddedServiceOptions,
  { registry, token, ending, log }: ProtocolParts,
): readonly Protocol[] {
  const { key, standIns = [], ...waits } = options.tinker ?? {};
  const { gapMs } = waits;
  const keys = [`tml-${token}`, ...(key === undefined ? [] : [key])];
  return [
    createNativeProtocol({
      registry,
      token,
      build: options.build,
      pid: process.pid,
      isClosing: ending.isDecided,
      shutdown: () => ending.decide('told to end'),
    }),
    createTinkerProtocol({
      ...waits,
      registry,
      root: path.join(options.dataDir, 'tinker'),
      keys,
      standIns,
      processId: randomBytes(4).toString('hex'),
      newId: randomUUID,
      log,
    }),
    createWeaverProtocol({
      ...(gapMs === undefined ? {} : { gapMs }),
      registry,
      root: path.join(options.dataDir, 'weaver'),
      keys: keys.map(weaverKey),
      standIns,
      processId: randomBytes(4).toString('hex'),
      newId: randomUUID,
      log,
    }),
    createTrainServiceProtocol({
      registry,
      dataDir: options.dataDir,
      keys: [token, ...keys],
      standIns,
      build: options.build,
      instance: randomBytes(8).toString('hex'),
      leaseMs: options.leaseMs ?? LEASE_MS,
      maxBodyBytes: options.maxBodyBytes ?? MAX_BODY_BYTES,
    }),
    // at the root, so after all others
    createOpenAiProtocol({
      registry,
      tokenizer: options.tokenizer,
      dataDir: options.dataDir,
      keys: [token, ...keys],
      standIns,
    }),
  ];
}

type Ending = {
  readonly decided: Promise<string>;
  readonly decide: (reason: string) => void;
  readonly isDecided: () => boolean;
};

function createEnding(signal: AbortSignal): Ending {
  let reason: string | null = null;
  let resolveDecided: (reason: string) => void = () => undefined;
  const decided = new Promise<string>((resolve) => (resolveDecided = resolve));
  const decide = (why: string): void => {
    reason ??= why;
    resolveDecided(reason);
  };
  if (signal.aborted) decide('stopped');
  signal.addEventListener('abort', () => decide('stopped'), { once: true });
  return { decided, decide, isDecided: () => reason !== null };
}

/** The client asks several times: a machine under load may miss one time limit, and two services are worse than a late start. */
async function isAnswering(record: ServiceRecord): Promise<boolean> {
  if (!isAlive(record.pid)) return false;
  const client = createNativeClient(record);
  try {
    await client.health(new AbortController().signal);
    return true;
  } catch (error) {
    if (error instanceof ServiceError) return false;
    throw error;
  } finally {
    client.close();
  }
}
