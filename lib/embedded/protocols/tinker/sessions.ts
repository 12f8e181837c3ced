import type { BaseModel } from '@/lib/embedded/base-models';
import type { SamplerHost } from './sampler-host';
import { missing, TinkerError } from './tinker-error';
import type { TrainingRun } from './training-run';

/** What a client samples from: a base model, or saved weights of its shape. */
export type SamplingSession = {
  readonly id: string;
  readonly base: BaseModel;
  /** The checkpoint's path; null = the base model. */
  readonly modelPath: string | null;
  /** Null = the base model's own weights. */
  readonly weights: string | null;
  readonly host: SamplerHost;
};

export type Session = {
  readonly id: string;
  readonly runs: Map<string, TrainingRun>;
  readonly samplers: Map<string, SamplingSession>;
};

/** Clients with what they opened. Held in memory: after a restart a client begins a new session. */
export type Sessions = {
  create(): Session;
  get(id: string): Session;
  list(): readonly Session[];
  run(runId: string): TrainingRun | null;
  /** The session that a model was created in. */
  ofRun(runId: string): Session;
  sampler(id: string): SamplingSession;
};

export function createSessions(newId: () => string): Sessions {
  const sessions = new Map<string, Session>();
  const holderOf = (runId: string): Session | null =>
    [...sessions.values()].find(({ runs }) => runs.has(runId)) ?? null;
  return {
    create() {
      const session = { id: newId(), runs: new Map(), samplers: new Map() };
      sessions.set(session.id, session);
      return session;
    },
    get(id) {
      const session = sessions.get(id);
      if (session === undefined) {
        throw missing(`There is no session ${id}; the service may have been started anew. Create a session.`);
      }
      return session;
    },
    list: () => [...sessions.values()],
    run: (runId) => holderOf(runId)?.runs.get(runId) ?? null,
    ofRun(runId) {
      const holder = holderOf(runId);
      if (holder === null) throw missing(`There is no model ${runId} any more.`);
      return holder;
    },
    sampler(id) {
      for (const { samplers } of sessions.values()) {
        const sampler = samplers.get(id);
        if (sampler !== undefined) return sampler;
      }
      throw missing(
        `There is no sampling session ${id}; the service may have been started anew. Create one.`,
      );
    },
  };
}

/** A sign of life of a client, for all that it opened. */
export function touchSession(session: Session): void {
  for (const run of session.runs.values()) {
    try {
      run.touch();
    } catch (error) {
      // dropped after an earlier silence: the next call that needs it says so
      if (!(error instanceof TinkerError)) throw error;
    }
  }
  for (const { host } of session.samplers.values()) host.touch();
}
