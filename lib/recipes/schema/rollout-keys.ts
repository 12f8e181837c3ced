import { z } from 'zod';
import { FAILURE_KINDS } from '@/lib/domain/failure-kind';
import type { Inert } from './key-meta';
import { known, read } from './key-meta';
import { flag, positive, share, whole } from './value-types';

const noTrace: Inert = {
  because: 'rollout_worker.save_trace is off',
  when: (config) => !config.isTrue('rollout_worker.save_trace'),
};
const onlyOnce: Inert = {
  because: 'rollout_worker.max_attempts is 1',
  when: (config) => (config.number('rollout_worker.max_attempts') ?? 3) <= 1,
};
const otherPolicy: Inert = {
  because: 'runtime_monitor.exception_handling.policy is not stop_on_critical',
  when: (config) =>
    (config.text('runtime_monitor.exception_handling.policy') ?? 'stop_on_critical') !== 'stop_on_critical',
};
const custom: Inert = {
  because: 'rollout_worker.custom_rollout_worker_module_path names a worker of its own',
  when: (config) => config.text('rollout_worker.custom_rollout_worker_module_path') !== null,
};

/** Which worker answers a task, and what it needs. */
const WORKER_KEYS = {
  need_llm_inference: known(flag, {
    meaning: 'Gives the worker a client of the inference service.',
    readers: [],
    fallback: 'false',
    inert: [{ because: 'every worker that asks the model has one', when: () => true }],
  }),
  tokenizer: known(z.string(), {
    meaning: 'Tokenizer of the worker; a folder or a name on Hugging Face.',
    readers: ['rollout worker'],
    workers: ['nexau', 'pig_latin'],
    examples: ['${data.tokenizer_path}'],
  }),
  agent_cls: known(z.string(), {
    meaning: 'Agent that answers a task.',
    readers: ['rollout worker'],
    workers: ['agent'],
    allowed: ['single_turn_math'],
    fallback: '"single_turn_math"',
  }),
  agent: known(
    z.looseObject({
      math: known(
        z.looseObject({
          judge_mode: known(z.enum(['rule', 'llm_judge', 'rule+llm_judge']), {
            meaning:
              'Who says whether an answer is right: a comparison, a model, or a model where the comparison fails.',
            readers: ['rollout worker'],
            workers: ['agent'],
            fallback: 'rule',
          }),
        }),
        {
          meaning: 'Settings of the single_turn_math agent.',
          readers: ['rollout worker'],
          workers: ['agent'],
        },
      ),
    }),
    { meaning: 'Settings of agents.', readers: ['rollout worker'], workers: ['agent'] },
  ),
  custom_rollout_worker_module_path: read(z.string().nullish(), {
    meaning: 'Python or TypeScript file with a worker of your own; it wins over rollout_worker.type.',
    readers: ['rollout worker'],
    examples: ['"agent_workspace/custom_worker.py"'],
  }),
  custom_rollout_worker_class_name: read(z.string().default('CustomRolloutWorker'), {
    meaning: 'Class in that file.',
    readers: ['rollout worker'],
    inert: [
      {
        because: 'rollout_worker.custom_rollout_worker_module_path is not set',
        when: (config) => config.text('rollout_worker.custom_rollout_worker_module_path') === null,
      },
    ],
  }),
  identifier: known(z.string(), {
    meaning: 'Model that the trajectories of the pig_latin worker belong to.',
    readers: ['rollout worker'],
    workers: ['pig_latin'],
    fallback: '"default"',
    inert: [{ because: 'a run trains one model', when: () => true }],
  }),
  judge_mode: known(z.enum(['rule', 'llm_judge', 'rule+llm_judge']), {
    meaning: 'Older place of rollout_worker.agent.math.judge_mode.',
    readers: [],
    renamedTo: 'rollout_worker.agent.math.judge_mode',
    inert: [{ because: 'agents read rollout_worker.agent.math.judge_mode', when: () => true }],
  }),
};

const NEXAU_KEYS = {
  nexau_agent_config_path: read(z.string().nullish(), {
    meaning: 'YAML of the NexAU agent, relative to the variant.',
    readers: ['rollout worker'],
    workers: ['nexau'],
    examples: ['"agent_workspace/agent_config.yaml"'],
  }),
  nexau_agent_workspace: read(z.string().nullish(), {
    meaning: 'Folder from which the agent imports its tools.',
    readers: ['rollout worker'],
    workers: ['nexau'],
    examples: ['"agent_workspace"'],
  }),
  runtime: read(z.enum(['galley', 'nexau']).default('galley'), {
    meaning: 'Who runs the agent: Galley itself, or the nexau package in the recipe’s Python.',
    readers: ['rollout worker'],
    workers: ['nexau'],
    isGalleys: true,
  }),
  task_name: read(z.string().nullish(), {
    meaning: 'Name of the task, stored with traces.',
    readers: ['rollout worker'],
    workers: ['nexau'],
  }),
  save_trace: read(flag.default(false), {
    meaning: 'Writes the conversations of every training step to a file, one rollout to a line.',
    readers: ['rollout worker'],
    workers: ['nexau'],
  }),
  trace_path: read(z.string().nullish(), {
    meaning: 'Folder of those files, step_000012.jsonl; a relative one lies in the folder of the run.',
    readers: ['rollout worker'],
    workers: ['nexau'],
    inert: [noTrace],
  }),
  enable_trace_prefix_merge: read(flag.default(true), {
    meaning: 'Joins calls of one rollout whose tokens continue each other into one trajectory.',
    readers: ['rollout worker'],
    workers: ['nexau'],
  }),
};

const MOCK_KEYS = {
  trajectory_load_path: read(z.string().nullish(), {
    meaning:
      'File of dumped trajectories (debug.dump_options.trajectory) that the mock worker replays, relative to the recipe.',
    readers: ['rollout worker'],
    workers: ['mock'],
  }),
  trajectory_format: known(z.enum(['pt', 'jsonl']), {
    meaning: 'Format of that file; Galley reads jsonl.',
    readers: ['rollout worker'],
    workers: ['mock'],
    allowed: ['jsonl'],
    fallback: 'jsonl',
    inert: [{ because: 'Galley reads jsonl', when: () => true }],
  }),
};

export const RolloutWorker = read(
  z.looseObject({
    type: read(z.enum(['simple', 'mock', 'agent', 'pig_latin', 'nexau']), {
      meaning: 'What turns a prompt into a rollout.',
      readers: ['run process', 'rollout worker'],
      inert: [custom],
    }),
    num_workers: read(positive, {
      meaning: 'Rollouts in flight at once.',
      unit: 'rollouts',
      readers: ['run process'],
      examples: ['128', '512'],
    }),
    temperature: read(z.number().nonnegative().default(1), {
      meaning: 'Sampling temperature of training rollouts.',
      readers: ['inference client', 'rollout worker'],
      examples: ['1.0', '0.7'],
    }),
    evaluator_module_path: read(z.string().nullish(), {
      meaning: 'File and class that score a rollout, as file:Class, relative to the variant.',
      readers: ['rollout worker'],
      examples: [
        '"agent_workspace/evaluator.ts:MyTaskEvaluator"',
        '"agent_workspace/evaluator.py:MyTaskEvaluator"',
        '"builtin:exact_match"',
      ],
    }),
    evaluator_args: read(z.record(z.string(), z.unknown()).default({}), {
      meaning: 'What the evaluator’s constructor is given: keywords in Python, one object in TypeScript.',
      readers: ['rollout worker'],
      examples: ['{ threshold: 0.8 }'],
      isGalleys: true,
    }),
    evaluator_processes: read(positive.optional(), {
      meaning: 'Python processes that evaluate.',
      unit: 'processes',
      readers: ['rollout worker'],
      fallback: 'one for each processor, at most 4',
      isGalleys: true,
    }),
    evaluator_threads: read(positive.default(1), {
      meaning:
        'Evaluations at once in one Python process, for evaluators that wait for others and are not asynchronous.',
      unit: 'threads',
      readers: ['rollout worker'],
      examples: ['16'],
      isGalleys: true,
    }),
    evaluator_timeout: read(z.number().positive().default(10), {
      meaning: 'Time that one evaluation may take.',
      unit: 'seconds',
      readers: ['rollout worker'],
      isGalleys: true,
    }),
    secrets: read(z.array(z.string()).default([]), {
      meaning:
        'Names of secrets that evaluator, worker and tools may read; they see no others, except those that the variant’s environment script sets.',
      readers: ['rollout worker'],
      examples: ['["SERPER_API_KEY"]'],
      isGalleys: true,
    }),
    max_failed_share: read(share.default(0.5), {
      meaning: 'Share of the rollouts of one step that may fail for good before the run ends.',
      unit: 'share',
      readers: ['trajectory pool'],
      isGalleys: true,
      inert: [otherPolicy],
    }),
    max_attempts: read(positive.default(3), {
      meaning: 'Tries of a rollout that fails, the first included; with 1 it is not repeated.',
      unit: 'tries',
      readers: ['trajectory pool'],
      isGalleys: true,
    }),
    retry_on: read(z.array(z.enum(FAILURE_KINDS)).default(['service', 'timeout']), {
      meaning:
        'Kinds of failures after which a rollout is repeated; where only scoring failed, only that is.',
      readers: ['trajectory pool'],
      examples: ['["service", "timeout", "evaluator_timeout"]'],
      isGalleys: true,
      inert: [onlyOnce],
    }),
    retry_pause: read(z.number().nonnegative().default(1), {
      meaning: 'Pause before failed rollouts are repeated; it doubles each time and is shortened by chance.',
      unit: 'seconds',
      readers: ['rollout worker'],
      isGalleys: true,
      inert: [onlyOnce],
    }),
    stop: read(z.array(z.string()).default([]), {
      meaning: 'Texts that end a response.',
      readers: ['inference client'],
      examples: ['["\\n"]'],
      isGalleys: true,
    }),
    worker_timeout: read(z.number().positive().default(300), {
      meaning: 'Time that one call of a method of a worker of your own may take.',
      unit: 'seconds',
      readers: ['rollout worker'],
      isGalleys: true,
    }),
    max_sequence_length: read(positive.nullish(), {
      meaning: 'Longest trajectory; what is longer is cut and earns nothing.',
      unit: 'tokens',
      readers: ['rollout worker', 'checks'],
      examples: ['12288'],
    }),
    max_prompt_length: read(positive.nullish(), {
      meaning: 'Longest prompt that the math agent answers, counted in characters of the rendered prompt.',
      unit: 'characters',
      readers: ['rollout worker'],
      workers: ['agent'],
      examples: ['${data.max_prompt_length}'],
    }),
    max_response_length: known(positive, {
      meaning: 'Longest response; the place from which other keys take it.',
      unit: 'tokens',
      readers: ['checks'],
      examples: ['8192'],
    }),
    ...WORKER_KEYS,
    ...NEXAU_KEYS,
    ...MOCK_KEYS,
    resource: known(
      z.looseObject({
        num_workers: known(whole.nonnegative(), {
          meaning: 'Pods for agents.',
          unit: 'pods',
          readers: ['launcher'],
          backends: ['self_hosted', 'tinker', 'weaver'],
        }),
        agents_per_worker: known(positive, {
          meaning: 'Processors of each of those pods.',
          unit: 'processors',
          readers: ['launcher'],
          backends: ['self_hosted', 'tinker', 'weaver'],
        }),
      }),
      { meaning: 'Machines for agents on a cluster.', readers: ['launcher'] },
    ),
  }),
  { meaning: 'How prompts become rollouts, and rollouts rewards.', readers: ['rollout worker'] },
);
