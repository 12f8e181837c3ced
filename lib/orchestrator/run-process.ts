import { join } from 'node:path';
import { openDatabase, type Database } from '@/lib/db/open-database';
import type { CommandKind, RunId } from '@/lib/domain/run';
import { type Env, secretsOfProcess } from '@/lib/env';
import { createMetricStore } from '@/lib/metrics/create-metric-store';
import type { RecipeConfig } from '@/lib/recipes/recipe-config';
import { claimRun } from '@/lib/run-store/claim-run';
import { createRunStore } from '@/lib/run-store/create-run-store';
import type { RecipeSnapshot } from '@/lib/run-store/run-store';
import { openRunWriter } from '@/lib/run-store/open-run-writer';
import { renewAttempt } from '@/lib/run-store/renew-attempt';
import type { RunWriter } from '@/lib/run-store/run-writer';
import { rewriteNewestMetrics } from '@/lib/run-table/rewrite-newest-metrics';
import { NO_TRACKERS } from '@/lib/trackers/track-run';
import { patientServices } from '@/lib/services/outage/patient-services';
import { openServices, type ServiceContext, type Services } from '@/lib/services/open-services';
import { assemble } from './assemble';
import {
  checkpointRoot,
  createCheckpointFolder,
  type CheckpointFolder,
} from './checkpoint/checkpoint-folder';
import type { Retention } from './checkpoint/retention';
import { Controller, type RunEnd, type RunPlan } from './controller';
import { createJournal, type Journal } from './journal';
import { withMadeUpAdvantages } from './made-up-advantages';
import { createLineLimiter } from './line-limiter';
import { prepareRun, type PreparedRun } from './prepare-run';
import { redactingWriter } from './redacting-writer';
import { openRehearsedRun, type RehearsedRun } from './rehearsed-run';
import { openRunAlerts } from './run-alerts';
import { createRunControl, type RunControl } from './run-control';
import { openRunTrackers } from './run-trackers';

/** An optimizer step under way has this long when a stop comes; saving and closing take the rest of 5 s. */
const STOP_GRACE_MS = 2500;
/** Lines of an evaluator's prints that reach the log, per window. */
const PRINTS = { perWindow: 50, windowMs: 10_000 };

export type RunProcessOptions = {
  readonly env: Env;
  readonly runId: RunId;
  /** Bundle of the evaluator's child process. */
  readonly evaluatorChild: string;
  /** Bundle of the process that runs tools and workers in TypeScript. */
  readonly scriptChild: string;
  /** Bundle of the writer's worker thread, when it does not lie beside the process's. */
  readonly writerWorker?: URL;
  readonly open?: (config: RecipeConfig, context: ServiceContext) => Promise<Services>;
};

export type RunProcess = {
  readonly ended: Promise<RunEnd>;
  /** What a signal to the process asks for. */
  command(kind: CommandKind): void;
  /** Writes the last word of a process that broke. */
  fail(error: unknown): Promise<void>;
};

/** Claims a run and drives it to its end. Rejects when the run cannot be claimed: then somebody else owns it. */
export async function startRunProcess(options: RunProcessOptions): Promise<RunProcess> {
  const { env, runId } = options;
  const db = await openDatabase({ url: env.databaseUrl });
  try {
    const startStep = await startStepOf(options);
    const { attempt } = await claimRun(db, { runId, startStep });
    const snapshot = await createRunStore(db).snapshot(runId);
    const rehearsed = openRehearsedRun(env, runId, snapshot);
    // nobody is called for a rehearsal
    const alerts = rehearsed === null ? openRunAlerts(db, runId) : rehearsed.alerts;
    const trackers = rehearsed === null ? await openRunTrackers(db, { env, runId, snapshot }) : NO_TRACKERS;
    const overhearers = [alerts, trackers];
    const journal = await openJournal(db, { ...options, overhearers }, attempt).catch(
      async (error: unknown) => {
        await trackers.close();
        throw error;
      },
    );
    trackers.onTrouble((line) => journal.log('warning', 'tracker', line));
    const control = createRunControl({
      graceMs: STOP_GRACE_MS,
      onChange: (change) => journal.status(change === 'continuing' ? 'running' : change, null),
    });
    journal.onCommand((kind) => control.command(kind));
    const ended = drive({ snapshot, rehearsed, options, journal, control }).finally(async () => {
      control.close();
      await trackers.close();
      await journal.close();
      await alerts.close();
      await db.$disconnect();
    });
    return {
      ended,
      command: (kind) => control.command(kind),
      fail: async (error) => {
        tellFailure(journal, error);
        await journal.flush();
        await Promise.all([alerts.close(), trackers.close()]);
      },
    };
  } catch (error) {
    await db.$disconnect();
    throw error;
  }
}

async function startStepOf({ env, runId }: RunProcessOptions): Promise<number> {
  const folder = createCheckpointFolder({
    dataDir: env.dataDir,
    runId,
    retention: { keepLast: null, best: null },
    // told when the controller opens it
    onSkipped: () => undefined,
  });
  return (await folder.newest())?.run.step ?? 0;
}

/** Hears what a run writes, and holds up nothing. */
type Overhearer = { readonly overhear: (writer: RunWriter) => RunWriter };

async function openJournal(
  db: Database,
  { env, writerWorker, overhearers }: RunProcessOptions & { readonly overhearers: readonly Overhearer[] },
  first: RunWriter['attempt'],
): Promise<Journal> {
  const open = async (attempt: RunWriter['attempt']): Promise<RunWriter> => {
    await rewriteNewestMetrics(db, createMetricStore(db), attempt.runId);
    const writer = await openRunWriter({
      databaseUrl: env.databaseUrl,
      attempt,
      ...(writerWorker === undefined ? {} : { workerUrl: writerWorker }),
    });
    const overheard = overhearers.reduce((one, { overhear }) => overhear(one), writer);
    return redactingWriter(overheard, secretsOfProcess());
  };
  return createJournal({
    writer: await open(first),
    renew: async (old, startStep) => {
      await old.close();
      return open(await renewAttempt(db, old.attempt, { startStep }));
    },
  });
}

type Driven = {
  readonly snapshot: RecipeSnapshot;
  readonly rehearsed: RehearsedRun | null;
  readonly options: RunProcessOptions;
  readonly journal: Journal;
  readonly control: RunControl;
};

async function drive({ snapshot, rehearsed, options, journal, control }: Driven): Promise<RunEnd> {
  const { env, runId } = options;
  let prepared: PreparedRun;
  try {
    const prints = createLineLimiter({
      ...PRINTS,
      now: () => performance.now(),
      onLine: (line) => journal.log('info', 'evaluator', line),
    });
    prepared = await prepareRun({
      env,
      runId,
      snapshot,
      evaluatorChild: options.evaluatorChild,
      scriptChild: options.scriptChild,
      onEvaluatorLine: (line) => prints.add(line),
      onDataLine: (line) => journal.log('info', 'data', line),
    });
  } catch (error) {
    return tellFailure(journal, error);
  }
  try {
    return await new Controller({
      plan: planOf(prepared),
      control,
      journal,
      checkpoints: openCheckpoints(options, prepared.config, journal),
      origin: prepared.origin,
      now: () => performance.now(),
      assemble: async (attempt) => {
        const open = rehearsed?.open ?? options.open ?? openServices;
        const services = patientServices(
          await open(prepared.config, {
            dataDir: env.dataDir,
            root: env.root,
            runId,
            stateFolder: join(env.dataDir, checkpointRoot(runId), '.state'),
            onMessage: (message) => journal.log('info', 'service', message),
          }),
          outageOptions(prepared.config, journal, control),
        );
        const assembly = assemble({
          prepared,
          services: { ...services, ...rehearsed?.recorder.observe(services) },
          operationPrefix: `run-${runId}-attempt-${attempt}`,
          now: () => performance.now(),
          onFailedRollout: (rollout) => journal.failedRollout(rollout),
        });
        return rehearsed === null
          ? assembly
          : withMadeUpAdvantages(assembly, () => rehearsed.recorder.madeUpStep());
      },
    }).run();
  } finally {
    await Promise.all([prepared.evaluator.close(), prepared.agent.close()]);
  }
}

function outageOptions(
  { runtime_monitor: { service_outage: settings } }: RecipeConfig,
  journal: Journal,
  control: RunControl,
): Parameters<typeof patientServices>[1] {
  return {
    settings: {
      failures: settings.failures,
      firstPauseMs: settings.retry_pause * 1000,
      longestPauseMs: settings.max_retry_pause * 1000,
      maxWaitMs: settings.max_wait == null ? null : settings.max_wait * 1000,
    },
    onChange: (outage) => journal.outage(outage),
    stop: control.soft,
    now: Date.now,
    random: Math.random,
  };
}

function openCheckpoints(
  { env, runId }: RunProcessOptions,
  config: RecipeConfig,
  journal: Journal,
): CheckpointFolder {
  return createCheckpointFolder({
    dataDir: env.dataDir,
    runId,
    retention: retentionOf(config),
    onSkipped: (message) => journal.log('warning', 'checkpoint', message),
  });
}

/** The newest and the one before it, should the newest turn out damaged. */
const USUALLY_KEPT = 2;

function retentionOf({ checkpoint, trainer }: RecipeConfig): Retention {
  const usual = trainer.remove_previous_ckpt ? USUALLY_KEPT : null;
  const { metric = null, goal = 'max' } = checkpoint ?? {};
  return {
    keepLast: checkpoint?.keep_last ?? usual,
    best: metric === null ? null : { metric, goal },
  };
}

function planOf({ config: { trainer, checkpoint }, totalSteps, validation }: PreparedRun): RunPlan {
  return {
    totalSteps,
    saveEvery: trainer.save_freq,
    validation,
    bestBy: checkpoint?.metric ?? null,
  };
}

function tellFailure(journal: Journal, error: unknown): RunEnd {
  const reason = error instanceof Error ? error.message : String(error);
  journal.log('error', 'controller', reason);
  journal.status('failed', reason);
  return { status: 'failed', reason };
}
