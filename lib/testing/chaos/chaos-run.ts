import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { isFinished, type Run, type RunId } from '@/lib/domain/run';
import { childEnvironment } from '@/lib/env';
import { createRandom } from '@/lib/rl/seeded-random';
import { serveMockServices } from '@/lib/services/mock/serve-mock-services';
import { processBundle } from '@/lib/shared/process-bundle';
import { createBandit } from '../bandit-services';
import { type OrchestratedRun, seriesOf } from '../orchestrated-run';
import { CHAOS_STEPS, chaosConfig, chaosEvaluator, hangFileOf } from './chaos-recipe';
import { chaosPlan, type ChaosStrike } from './chaos-plan';
import { disturb, Trouble } from './disturb';

export type ChaosOutcome = {
  readonly seed: number;
  /** What struck, in order. */
  readonly strikes: readonly string[];
  /** Process lives and service restarts. */
  readonly attempts: number;
  readonly status: Run['status'];
  readonly reason: string | null;
  readonly step: number;
  readonly seconds: number;
  /** Values of metrics by key and step. */
  readonly series: Readonly<Record<string, number>>;
};

export type ChaosWorld = {
  readonly runs: OrchestratedRun;
  /** The only run of it, so that a hang or a kill meets nobody else. */
  readonly folder: string;
};

const ANSWER_MS = 15;
const LOOK_MS = 5;
/** A run that ends neither well nor ill is what chaos is looking for. */
const LIMIT_MS = 120_000;
const MOST_LIVES = 12;

/** One run of ten steps. `seed` = what strikes it; null = nothing does. */
export async function chaosRun({ runs, folder }: ChaosWorld, seed: number | null): Promise<ChaosOutcome> {
  const random = createRandom(seed ?? 0);
  const trouble = new Trouble(random);
  const services = await createBandit().open(null, {
    dataDir: runs.env.dataDir,
    root: runs.env.root,
    runId: 0,
    stateFolder: `${folder}/service-states`,
  });
  const server = await serveMockServices(services, {
    latencyMs: () => ANSWER_MS,
    fault: () => trouble.fault(),
  });
  const started = performance.now();
  try {
    const evaluator = chaosEvaluator(hangFileOf(folder));
    const runId = await runs.launch(chaosConfig(server.url), evaluator, 'evaluator.py');
    const lives = new Lives(runs, runId);
    const strikes =
      seed === null ? [] : await strike(lives, chaosPlan(seed, CHAOS_STEPS), { folder, trouble });
    const run = await lives.end();
    return {
      seed: seed ?? 0,
      strikes,
      attempts: run.attempt,
      status: run.status,
      reason: run.reason,
      step: run.step,
      seconds: (performance.now() - started) / 1000,
      series: await seriesOf(runs.store, runId),
    };
  } finally {
    await server.close();
  }
}

async function strike(
  lives: Lives,
  plan: readonly ChaosStrike[],
  scene: { readonly folder: string; readonly trouble: Trouble },
): Promise<readonly string[]> {
  const struck: string[] = [];
  for (const { kind, step, delayMs } of plan) {
    if (!(await lives.reached(step))) break;
    await pause(delayMs);
    if (await disturb(kind, { ...scene, pid: lives.pid })) struck.push(`${kind} at step ${step}`);
  }
  return struck;
}

/** The lives of a run: when its process is gone without a word, it is resumed, as a person or a supervisor would. */
class Lives {
  readonly #runs: OrchestratedRun;
  readonly #runId: RunId;
  readonly #deadline = performance.now() + LIMIT_MS;
  #child: ChildProcess;
  #count = 1;

  constructor(runs: OrchestratedRun, runId: RunId) {
    this.#runs = runs;
    this.#runId = runId;
    this.#child = this.#start();
  }

  get pid(): number | null {
    return this.#child.exitCode === null && this.#child.signalCode === null
      ? (this.#child.pid ?? null)
      : null;
  }

  /** Waits until so many steps are done; false when the run ended before. */
  async reached(step: number): Promise<boolean> {
    for (;;) {
      const run = await this.#look();
      if (run.status === 'running' && run.step >= step) return true;
      if (isOver(run)) return false;
      await pause(LOOK_MS);
    }
  }

  async end(): Promise<Run> {
    for (;;) {
      const run = await this.#look();
      if (isOver(run) && this.pid === null) return run;
      await pause(LOOK_MS);
    }
  }

  async #look(): Promise<Run> {
    const { store } = this.#runs;
    if (performance.now() > this.#deadline) {
      this.#child.kill('SIGKILL');
      throw new Error(
        `The run did not end within ${LIMIT_MS / 1000} s: ${JSON.stringify(await store.get(this.#runId))}`,
      );
    }
    const run = await store.get(this.#runId);
    if (this.pid !== null || isOver(run) || this.#count >= MOST_LIVES) return run;
    await store.markLost(1);
    const gone = await store.get(this.#runId);
    if (gone.status === 'lost') await store.transition(this.#runId, 'queued', null);
    this.#count += 1;
    this.#child = this.#start();
    return store.get(this.#runId);
  }

  #start(): ChildProcess {
    const { env } = this.#runs;
    const main = processBundle(env.root, 'orchestrator/main');
    return spawn(process.execPath, [main, '--run', String(this.#runId)], {
      env: childEnvironment(env),
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
}

function isOver({ status }: Run): boolean {
  return isFinished(status) && status !== 'lost';
}
