import { z } from 'zod';
import { StopReason } from '@/lib/domain/trajectory';
import { NumberList, TextList } from '@/lib/shared/long-lists';
import { PackedBatch, RaggedFloats } from '../embedded/packed';

// JSON over HTTP between a run and a mock service in another process: POST /<operation>, in the shapes of the two
// interfaces. It is for tests and benchmarks, where time, failures and kills must be those of a network.

export const GenerateBody = z.object({
  prompt: z.string(),
  promptTokens: z.array(z.number()).exactOptional(),
  maxTokens: z.number(),
  temperature: z.number(),
  stop: z.array(z.string()),
  stopTokens: z.array(z.number()).exactOptional(),
  seed: z.number().nullable(),
});

export const GenerationReply = z.object({
  promptTokens: NumberList,
  tokens: NumberList,
  logprobs: NumberList,
  tokenTexts: TextList,
  text: z.string(),
  stopReason: StopReason,
  weightVersion: z.number(),
});

export const EncodeBody = z.object({ texts: z.array(z.string()), appendEnd: z.boolean() });
export const EncodeReply = z.object({ rows: z.array(z.array(z.number())) });

export const OpenBody = z.object({ baseModel: z.string(), seed: z.number() });
export const ForwardBody = z.object({ batch: PackedBatch, model: z.enum(['policy', 'reference']) });
export const ForwardReply = z.object({ rows: RaggedFloats });
export const TrainReply = z.object({ metrics: z.record(z.string(), z.number()) });
export const LabelBody = z.object({ label: z.string() });
export const PublishReply = z.object({ path: z.string(), version: z.number() });
export const SaveReply = z.object({ path: z.string(), bytes: z.number() });
export const LoadBody = z.object({ path: z.string() });
export const Done = z.object({ ok: z.literal(true) });
