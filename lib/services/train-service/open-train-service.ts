import { randomUUID } from 'node:crypto';
import type { Datum } from '@/lib/rl/datum';
import { createTurns } from '@/lib/shared/turns';
import { ServiceError } from '../service-error';
import type { TrainingService } from '../training-service';
import { splitBatch } from './split-batch';
import { type Steps, takeStep } from './take-step';
import {
  createTrainServiceSession,
  type SessionOptions,
  type TrainServiceSession,
} from './train-service-session';
import { logprobRows, tokenTensors } from './wire/batch-tensors';
import { Done, LoadCheckpointReply, SaveCheckpointReply } from './wire/messages';

export type TrainServiceOptions = SessionOptions & {
  /** Temperature at which `forward` computes probabilities: that of sampling, so that both sides compare. */
  readonly temperature: number;
  /** Where published weights are written, as the server sees it; relative = below the server's own folder. */
  readonly weightFolder?: string;
  /** Where states are saved, likewise. */
  readonly stateFolder?: string;
};

/** Published folders that stay: the one in use and the one before it. */
const KEPT_WEIGHTS = 2;

/** The training half of a run at a train service over HTTP. Nothing is contacted before the first call. */
export function openTrainService(options: TrainServiceOptions): TrainingService {
  const { identifier } = options;
  const session = createTrainServiceSession(options);
  const steps: Steps = new Map();
  const inTurn = createTurns();
  const save = saver(session);
  return {
    open: (spec, signal) =>
      inTurn(async () => {
        steps.clear();
        await session.open(spec, signal);
      }),
    forward: (batch, model, signal) =>
      forward(session, { batch, model, temperature: options.temperature, signal }),
    freezeReference: (signal) =>
      inTurn(async () => {
        const call = { operation: 'freeze_reference', body: write(session) };
        await session.calls.json(call, Done, signal);
      }),
    trainStep: (step, signal) => inTurn(() => takeStep(session, steps, { step, signal })),
    publishWeights: (label, signal) =>
      inTurn(async () => {
        const local_path = `${options.weightFolder ?? `weights/${identifier}`}/${label}`;
        const saved = await save({ local_path, save_weight_only: true, keep: KEPT_WEIGHTS }, signal);
        return { path: saved.path, version: saved.weight_version };
      }),
    saveState: (label, signal) =>
      inTurn(async () => {
        const local_path = `${options.stateFolder ?? `states/${identifier}`}/${label}`;
        const { path, bytes } = await save({ local_path, save_weight_only: false, keep: null }, signal);
        return { path, bytes };
      }),
    loadState: (ref, signal) =>
      inTurn(async () => {
        const call = { operation: 'load_checkpoint', body: { ...write(session), path: ref.path } };
        const { epoch } = await session.calls.json(call, LoadCheckpointReply, signal);
        session.setEpoch(epoch);
        // the same steps come again after going back, and must be taken again
        steps.clear();
      }),
    async health(signal) {
      try {
        const { server, instance } = await session.calls.health(signal);
        return { ok: true, model: identifier, detail: `${server}, instance ${instance}` };
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        return { ok: false, detail: error.message };
      }
    },
    close: () => session.close(),
  };
}

/** What every call that changes the model begins with. */
function write(session: TrainServiceSession) {
  const { model_id, epoch } = session.current();
  return { model_id, epoch, operation_id: randomUUID() };
}

type Saving = {
  readonly local_path: string;
  readonly save_weight_only: boolean;
  readonly keep: number | null;
};

function saver(session: TrainServiceSession) {
  return (saving: Saving, signal: AbortSignal) => {
    const call = { operation: 'save_checkpoint', body: { ...write(session), ...saving } };
    return session.calls.json(call, SaveCheckpointReply, signal);
  };
}

type Forward = {
  readonly batch: readonly Datum[];
  readonly model: 'policy' | 'reference';
  readonly temperature: number;
  readonly signal: AbortSignal;
};

async function forward(
  session: TrainServiceSession,
  { batch, model, temperature, signal }: Forward,
): Promise<readonly Float32Array[]> {
  const { model_id, maxSequences, maxBytes } = session.current();
  const rows: Float32Array[] = [];
  for (const part of splitBatch(batch, { maxSequences, maxBytes })) {
    const body = { model_id, model, temperature };
    const call = { operation: 'compute_log_prob', body, tensors: tokenTensors(part) };
    const { tensors } = await session.calls.tensors(call, signal);
    rows.push(...rowsOf(tensors, part));
  }
  return rows;
}

function rowsOf(tensors: Parameters<typeof logprobRows>[0], part: readonly Datum[]): Float32Array[] {
  try {
    return logprobRows(
      tensors,
      part.map(({ tokens }) => tokens.length),
    );
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ServiceError('protocol', `train service: compute_log_prob: ${error.message}`, { cause: error });
  }
}
