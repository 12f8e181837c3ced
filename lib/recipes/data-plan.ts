import { z } from 'zod';
import type { DataPlan } from '@/lib/domain/data-profile';
import { tokenizerOf } from './tokenizer-of';

// Looser than RecipeConfig: the data of a variant can be looked at while other parts of it are unfinished.

const DEFAULT_LENGTH = 1024;
const DEFAULT_CONTEXT = 64;
const DEFAULT_BATCH = 32;

const Files = z.union([z.string().transform((file) => [file]), z.array(z.string())]);
const whole = z.number().int().positive();
const record = z.looseObject;

const Settings = record({
  data: record({
    data_files: Files,
    prompt_key: z.string().catch('prompt'),
    tokenizer_path: z.string().nullish().catch(null),
    max_prompt_length: whole.catch(DEFAULT_LENGTH),
    max_response_length: whole.catch(DEFAULT_LENGTH),
    filter_prompts: z.boolean().catch(false),
    batch_size: whole.catch(DEFAULT_BATCH),
    drop_last: z.boolean().catch(false),
  }),
  validate: record({
    data: record({
      data_files: Files.nullish(),
      tokenizer_path: z.string().nullish().catch(null),
    }).nullish(),
  }).nullish(),
  trainer: record({
    warm_start: record({
      enabled: z.boolean().catch(true),
      answer_key: z.string().catch('answer'),
    }).nullish(),
  }).nullish(),
  rollout_worker: record({ max_sequence_length: whole.nullish().catch(null) }).nullish(),
  service: record({
    inference_service: record({
      backend: z.string().catch(''),
      tokenizer: z.unknown().optional(),
      model: z.string().nullish().catch(null),
      max_tokens: whole.nullish().catch(null),
    }).nullish(),
    embedded_service: record({
      model: record({ context: whole.catch(DEFAULT_CONTEXT) }).nullish(),
    }).nullish(),
  }).nullish(),
});

/** What a resolved recipe, as plain JSON, says of its data; null while it names no data files. */
export function dataPlanOf(resolved: unknown, entry: string): DataPlan | null {
  const parsed = Settings.safeParse(resolved);
  if (!parsed.success) return null;
  const { data, validate, trainer, service } = parsed.data;
  return {
    entry,
    backend: backendOf(service?.inference_service?.backend ?? ''),
    trainFiles: data.data_files,
    validationFiles: validate?.data?.data_files ?? null,
    promptKey: data.prompt_key,
    answerKey: answerKeyOf(trainer?.warm_start),
    maxPromptLength: data.max_prompt_length,
    maxResponseLength: service?.inference_service?.max_tokens ?? data.max_response_length,
    ...tokenizerOf(parsed.data),
    ...sequenceLimit(parsed.data),
    filterPrompts: data.filter_prompts,
    batchSize: data.batch_size,
    dropLast: data.drop_last,
  };
}

function answerKeyOf(
  warmStart: { readonly enabled: boolean; readonly answer_key: string } | null | undefined,
): string | null {
  return warmStart?.enabled === true ? warmStart.answer_key : null;
}

/** An embedded model ends at its context, any other rollout at the worker's limit. */
function sequenceLimit({
  service,
  rollout_worker,
}: z.infer<typeof Settings>): Pick<DataPlan, 'maxSequenceLength' | 'sequenceKey'> {
  if (backendOf(service?.inference_service?.backend ?? '') !== 'embedded') {
    return {
      maxSequenceLength: rollout_worker?.max_sequence_length ?? null,
      sequenceKey: 'rollout_worker.max_sequence_length',
    };
  }
  const context = service?.embedded_service?.model?.context ?? DEFAULT_CONTEXT;
  return { maxSequenceLength: context, sequenceKey: 'service.embedded_service.model.context' };
}

function backendOf(name: string): DataPlan['backend'] {
  return name === 'embedded' || name === 'tinker' || name === 'weaver' ? name : 'self_hosted';
}
