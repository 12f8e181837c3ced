import type { RunId, RunStatus } from '@/lib/domain/run';
import type { RunWriter } from '@/lib/run-store/run-writer';
import { advisoryText, statusText } from './alert-text';
import { type HealthSources, readHealth } from './read-health';
import type { Webhook } from './webhook';

/** Between two looks at a run's health: each reads its series once. A clock, since a run that hangs says nothing. */
const LOOK_EVERY_MS = 10_000;

/** Changes that people want to hear of; starting, pausing and stopping are on the way to one of these. */
const TOLD: readonly RunStatus[] = ['running', 'paused', 'stopped', 'succeeded', 'failed'];

export type RunAlertsOptions = {
  readonly runId: RunId;
  readonly sources: HealthSources;
  readonly webhook: Webhook;
  /** A look that failed; alerts are a courtesy, the run goes on. */
  readonly onTrouble: (message: string) => void;
  readonly now?: () => number;
  readonly lookEveryMs?: number;
};

/** Tells a webhook what becomes of a run. None of its calls waits or throws. */
export type RunAlerts = {
  /** The same writer, overheard. */
  overhear(writer: RunWriter): RunWriter;
  /** A last look, then the webhook is closed. */
  close(): Promise<void>;
};

export function createRunAlerts(options: RunAlertsOptions): RunAlerts {
  const { runId, sources, webhook } = options;
  const { now = Date.now, lookEveryMs = LOOK_EVERY_MS } = options;
  const told = new Set<string>();
  // the store is told a moment later
  let step: number | null = null;
  let looking: Promise<void> = Promise.resolve();
  let waiting = 0;
  const inTurn = (work: () => Promise<void>): void => {
    waiting += 1;
    looking = looking
      .then(work)
      .catch((error: unknown) => {
        options.onTrouble(`Alerts: ${error instanceof Error ? error.message : String(error)}`);
      })
      .finally(() => (waiting -= 1));
  };

  /** Tells every severe advisory that is new; `isSilent` takes what there is for told. */
  async function look(isSilent: boolean): Promise<void> {
    const { health, muted } = await readHealth(sources, runId, now());
    const severe = health.current.filter(({ id, severity }) => severity === 'error' && !muted.includes(id));
    const run = await sources.runStore.get(runId);
    for (const advisory of severe) {
      const name = `${advisory.id} ${advisory.began.step}`;
      if (!told.has(name) && !isSilent) webhook.send(advisoryText(run, advisory));
      told.add(name);
    }
  }

  // what an earlier process of the run has told is not told again
  inTurn(() => look(true));
  const timer = setInterval(() => {
    if (waiting === 0) inTurn(() => look(false));
  }, lookEveryMs);
  timer.unref();
  return {
    overhear: (writer) => ({
      ...writer,
      progress: (progress) => {
        ({ step } = progress);
        writer.progress(progress);
      },
      status: (status, reason) => {
        writer.status(status, reason);
        if (!TOLD.includes(status)) return;
        const at = step ?? writer.attempt.startStep;
        inTurn(async () => {
          const run = await sources.runStore.get(runId);
          webhook.send(statusText({ ...run, step: at }, status, reason));
        });
      },
    }),
    close: async () => {
      clearInterval(timer);
      inTurn(() => look(false));
      await looking;
      await webhook.close();
    },
  };
}
