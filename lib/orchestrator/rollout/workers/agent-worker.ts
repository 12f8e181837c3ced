import type { Agent, AgentCall, AgentModel } from '@/lib/agents/agent';
import { runAgent } from '@/lib/agents/run-agent';
import { type EpisodeCall, episodeOfCalls, type EpisodeLimits } from '../episode-of-calls';
import type { RolloutTask } from '../rollout';
import type { RolloutWorker } from './worker';
import type { WorkerHooks } from './worker-hooks';

export type AgentWorkerOptions = EpisodeLimits & {
  readonly agent: Agent;
  readonly model: AgentModel;
  /** Hooks that the recipe's own worker overrides. */
  readonly hooks: WorkerHooks;
  /** The run's number for a weight version as the service counts it. */
  readonly versionOf: (serviceVersion: number) => number;
  /** Local date as YYYY-MM-DD, for system prompts. */
  readonly today: () => string;
};

/** Lets the recipe's agent answer the task, over as many turns and tools as it takes. */
export function createAgentWorker(options: AgentWorkerOptions): RolloutWorker {
  const { agent, model, hooks } = options;
  return {
    run: async (task, signal) => {
      const query = (await hooks.formatTaskQuery?.(task.data, signal)) ?? task.text;
      const request = {
        query,
        temperature: task.temperature,
        seed: task.seed,
        variables: variablesOf(task, options.today()),
      };
      const run = await runAgent({ agent, model }, request, signal);
      const isTrained = await hooks.trainLossMask?.(run.calls.map(infoOf), signal);
      return episodeOfCalls(
        {
          ...run,
          calls: run.calls.map((call, index) =>
            episodeCall(call, isTrained?.[index] ?? true, options.versionOf),
          ),
          isUnfinished: run.endedBy !== 'answer' && run.endedBy !== 'stop_tool',
        },
        options,
      );
    },
    close: () => Promise.resolve(),
  };
}

/** What a system prompt may name: the row's columns and the date. */
export function variablesOf(task: RolloutTask, date: string): Readonly<Record<string, unknown>> {
  return { ...task.data, date };
}

export function episodeCall(
  call: AgentCall,
  isTrained: boolean,
  versionOf: (serviceVersion: number) => number,
): EpisodeCall {
  return { ...call, isTrained, weightVersion: versionOf(call.weightVersion) };
}

/** What the hook `get_train_loss_mask` is told of each call of the model. */
export function infoOf(
  call: AgentCall,
  index: number,
  calls: readonly AgentCall[],
): Readonly<Record<string, unknown>> {
  return {
    index,
    is_final: index === calls.length - 1,
    finish_reason: call.stopReason,
    prompt_tokens: call.promptTokens,
    response_tokens: call.tokens,
    response_logprobs: call.logprobs,
    response: call.tokenTexts.slice(call.promptTokens.length).join(''),
  };
}
