import type { AgentModel } from '@/lib/agents/agent';
import type { RecipeConfig } from '@/lib/recipes/recipe-config';
import type { InferenceService } from '@/lib/services/inference-service';
import type { Tokenizer } from '@/lib/tokenizers/tokenizer';
import { type AgentWorkerOptions, createAgentWorker } from './agent-worker';
import { createMockWorker, type RecordedRollouts } from './mock-worker';
import { createPigLatinWorker } from './pig-latin-worker';
import { createOwnWorker } from './own-worker';
import { createSingleTurnWorker } from './single-turn-worker';
import type { RolloutWorker } from './worker';

export type WorkerParts = {
  readonly settings: RecipeConfig['rollout_worker'];
  readonly inference: InferenceService;
  readonly maxTokens: number;
  readonly stop: readonly string[];
  readonly contextTokens: number | null;
  readonly tokenizer: Tokenizer;
  readonly agent: AgentWorkerOptions['agent'] | null;
  readonly hooks: AgentWorkerOptions['hooks'];
  readonly versionOf: (serviceVersion: number) => number;
  /** The run's weight version of now. */
  readonly version: () => number;
  /** For the mock worker. */
  readonly recorded: RecordedRollouts | null;
};

/** The worker that a recipe asks for: its own `run_agent` before its agent, and that before a single turn. */
export function createWorker(parts: WorkerParts): RolloutWorker {
  const { settings, inference, hooks, agent, versionOf, maxTokens, stop } = parts;
  const limits = {
    merge: settings.enable_trace_prefix_merge,
    maxSequenceLength: settings.max_sequence_length ?? null,
  };
  const { tokenizer, version, recorded } = parts;
  if (hooks.runAgent === undefined) {
    if (settings.type === 'mock')
      return createMockWorker({ ...limits, version, ...(recorded === null ? {} : { recorded }) });
    if (settings.type === 'pig_latin') return createPigLatinWorker({ ...limits, version, tokenizer });
  }
  if (hooks.runAgent === undefined && agent === null) {
    const chat = { tokenizer, maxCharacters: settings.max_prompt_length ?? null };
    const isAgents = settings.type === 'agent';
    return createSingleTurnWorker({
      inference,
      maxTokens,
      stop,
      versionOf,
      hooks,
      chat: isAgents ? chat : null,
      ...limits,
    });
  }
  const model = modelOf(parts);
  const common = { model, hooks, versionOf, today, ...limits };
  return hooks.runAgent === undefined && agent !== null
    ? createAgentWorker({ ...common, agent })
    : createOwnWorker({ ...common, agent });
}

function modelOf({ inference, tokenizer, contextTokens, maxTokens, stop }: WorkerParts): AgentModel {
  return {
    generate: (request, signal) => inference.generate(request, signal),
    tokenizer,
    contextTokens,
    maxTokens,
    stop,
  };
}

/** The local date, as people write it in prompts. */
function today(): string {
  const now = new Date();
  const pad = (value: number): string => String(value).padStart(2, '0');
  return `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`;
}
