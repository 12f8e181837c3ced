import type { z } from 'zod';
import type { GenerateRequest, Generation, InferenceService, ServiceHealth } from '../inference-service';
import { ServiceError } from '../service-error';
import type { EmbeddedSession } from './embedded-session';
import { findRunning } from './ensure-running';
import { EncodeReply, ForwardReply, MAX_SEQUENCES, SampleReply, type SampleRequestBody } from './native-wire';
import { packBatch, toNumbers } from './packed';
import { createBatcher } from './sample-batcher';

/** 1 ms gathers what was asked for in one go and costs little beside the forward passes of a batch. */
const BATCH_WINDOW_MS = 1;
/** Answers that are lost when a batch fails; also bounds what one model may ask of the service in one go. */
const MAX_BATCH = 1024;
const SEED_SPACE = 2 ** 32;

type Outcome =
  { readonly ok: true; readonly value: Generation } | { readonly ok: false; readonly error: ServiceError };

export function createEmbeddedInference(
  session: EmbeddedSession,
  options: { readonly dataDir: string; readonly modelName: string; readonly random: () => number },
): InferenceService {
  const samples = createBatcher<SampleRequestBody['requests'][number], Outcome>({
    send: (requests, signal) => sendSamples(session, requests, signal),
    maxBatch: MAX_BATCH,
    windowMs: BATCH_WINDOW_MS,
  });
  return {
    async generate(request, signal) {
      const outcome = await samples.add(toWire(request, options.random), signal);
      if (!outcome.ok) throw outcome.error;
      return outcome.value;
    },
    async encode(texts, { appendEnd }, signal) {
      const rows: number[][] = [];
      for (let start = 0; start < texts.length; start += MAX_SEQUENCES) {
        const body = { texts: texts.slice(start, start + MAX_SEQUENCES), appendEnd };
        const call = { operation: 'encode', body, schema: EncodeReply, quick: true };
        const reply = await session.call(call, signal);
        rows.push(...reply.tokens.map(toNumbers));
      }
      return rows;
    },
    async logprobs(tokens, signal) {
      const datum = { tokens: Int32Array.from(tokens), weights: new Float32Array(tokens.length).fill(1) };
      const body = { batch: packBatch([datum]), temperature: 1, weights: 'published' };
      const reply = await session.call({ operation: 'forward', body, schema: ForwardReply }, signal);
      return reply.logprobs[0] ?? new Float32Array(0);
    },
    // publishing already put the weights where this service samples from: nothing is left to move
    loadWeights: async (_ref, signal) => {
      signal.throwIfAborted();
      session.current();
      return Promise.resolve();
    },
    health: (signal) => serviceHealth(options, signal),
    close: () => session.close(),
  };
}

function toWire(request: GenerateRequest, random: () => number): SampleRequestBody['requests'][number] {
  const { prompt, promptTokens, stopTokens, maxTokens, temperature } = request;
  const seed = request.seed ?? Math.floor(random() * SEED_SPACE);
  return {
    prompt,
    ...(promptTokens === undefined ? {} : { promptTokens: [...promptTokens] }),
    ...(stopTokens === undefined ? {} : { stopTokens: [...stopTokens] }),
    maxTokens,
    temperature,
    stop: [...request.stop],
    seed,
  };
}

async function sendSamples(
  session: EmbeddedSession,
  requests: readonly SampleRequestBody['requests'][number][],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const { vocabulary } = session.current();
  const reply = await session.call({ operation: 'sample', body: { requests }, schema: SampleReply }, signal);
  const failed = new Map(reply.failures.map((failure) => [failure.index, failure.message]));
  return requests.map((_, index) => {
    const message = failed.get(index);
    if (message === undefined) return generationOf(reply, index, vocabulary);
    return {
      ok: false,
      error: new ServiceError('rejected', `embedded service: ${message}`, { retryable: false }),
    };
  });
}

function generationOf(
  reply: z.infer<typeof SampleReply>,
  index: number,
  vocabulary: readonly string[],
): Outcome {
  const promptTokens = reply.promptTokens[index];
  const tokens = reply.tokens[index];
  const logprobs = reply.logprobs[index];
  const text = reply.texts[index];
  const stopReason = reply.stopReasons[index];
  if (!promptTokens || !tokens || !logprobs || text === undefined || !stopReason) {
    const message = `embedded service: the reply has no sample ${index}`;
    return { ok: false, error: new ServiceError('protocol', message) };
  }
  const value: Generation = {
    promptTokens: toNumbers(promptTokens),
    tokens: toNumbers(tokens),
    logprobs: toNumbers(logprobs),
    tokenTexts: toNumbers(promptTokens)
      .concat(toNumbers(tokens))
      .map((token) => vocabulary[token] ?? ''),
    text,
    stopReason,
    weightVersion: reply.weightVersion,
  };
  return { ok: true, value };
}

/** Does the process answer, and does it still hold the run's model? Never rejects but with the signal's reason. */
export async function serviceHealth(
  place: { readonly dataDir: string; readonly modelName: string },
  signal: AbortSignal,
): Promise<ServiceHealth> {
  const client = await findRunning(place.dataDir, signal);
  if (client === null) return { ok: false, detail: 'The embedded service is not running' };
  try {
    const health = await client.health(signal);
    const model = health.models.find((entry) => entry.name === place.modelName);
    if (model === undefined)
      return { ok: false, detail: `The embedded service runs without the model ${place.modelName}` };
    return {
      ok: true,
      model: place.modelName,
      detail: `Process ${health.pid}, ${health.models.length} models`,
    };
  } catch (error) {
    if (error instanceof ServiceError) return { ok: false, detail: error.message };
    throw error;
  } finally {
    client.close();
  }
}
