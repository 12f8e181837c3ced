import { type Finding, NOT_EMBEDDED, type Outcome, type Rule, type RuleFacts } from './rule';

const EVALUATOR = 'rollout_worker.evaluator_module_path';

export const RUN_RULES: readonly Rule[] = [
  {
    id: 'evaluator-named',
    title: 'An evaluator scores the rollouts',
    reason: 'Without a file and a class nothing earns a reward.',
    severity: 'error',
    check: checkEvaluator,
  },
  {
    id: 'agent-named',
    title: 'The NexAU worker has an agent',
    reason: 'The agent’s YAML says how a task is answered.',
    severity: 'error',
    backends: NOT_EMBEDDED,
    check: ({ config }) => {
      if (config.get('rollout_worker.type') !== 'nexau') return null;
      const path = 'rollout_worker.nexau_agent_config_path';
      const agent = config.text(path) ?? '';
      return agent === '' ? { path, message: `rollout_worker.type is nexau and ${path} is not set.` } : agent;
    },
  },
  {
    id: 'math-agent-judges',
    title: 'The math agent is one that there is',
    reason: 'single_turn_math compares with the right answer; a model as judge is an evaluator of its own.',
    severity: 'error',
    check: ({ config }) => {
      if (config.get('rollout_worker.type') !== 'agent') return null;
      const agent = config.text('rollout_worker.agent_cls') ?? 'single_turn_math';
      if (agent !== 'single_turn_math') {
        const path = 'rollout_worker.agent_cls';
        return {
          path,
          message: `${path} is ${agent}; there is single_turn_math.`,
          repair: { title: 'Use single_turn_math', path, set: '"single_turn_math"' },
        };
      }
      const path = 'rollout_worker.agent.math.judge_mode';
      const mode = config.text(path) ?? 'rule';
      if (mode === 'rule' || config.text(EVALUATOR) !== null) return mode;
      return {
        path,
        message: `${path} is ${mode}, which asks a model. Name it: ${EVALUATOR}: builtin:llm_judge, with its url and model in evaluator_args.`,
        repair: { title: 'Use rule', path, set: '"rule"' },
      };
    },
  },
  {
    id: 'traces-have-folder',
    title: 'Traces have a folder',
    reason: 'Both keys are needed for a trace to be written.',
    severity: 'warning',
    check: ({ config }) => {
      if (!config.isTrue('rollout_worker.save_trace')) return null;
      const folder = config.text('rollout_worker.trace_path') ?? '';
      if (folder !== '') return folder;
      return {
        path: 'rollout_worker.save_trace',
        message:
          'rollout_worker.save_trace is on and rollout_worker.trace_path is not set, so no trace is written.',
        repair: { title: 'Turn it off', path: 'rollout_worker.save_trace', set: 'false' },
      };
    },
  },
  {
    id: 'workers-busy',
    title: 'There is work for every worker',
    reason: 'Workers beyond the rollouts of a step wait.',
    severity: 'info',
    check: ({ config }) => {
      const workers = config.number('rollout_worker.num_workers');
      if (workers === null) return null;
      const rollouts =
        (config.number('data.batch_size') ?? 32) * (config.number('data.rollout_repeat_n') ?? 1);
      if (workers <= rollouts) return `${workers} workers for ${rollouts} rollouts a step`;
      return {
        path: 'rollout_worker.num_workers',
        message: `A step has ${rollouts} rollouts, so ${workers - rollouts} of ${workers} workers have nothing to do.`,
        repair: { title: `Use ${rollouts}`, path: 'rollout_worker.num_workers', set: String(rollouts) },
      };
    },
  },
  {
    id: 'worker-built',
    title: 'The loader and the worker are built',
    reason: 'The embedded backend reads files and answers prompts; it has no mock parts.',
    severity: 'error',
    check: ({ config, backend }) => {
      if (backend !== 'embedded') return null;
      const mocks = ['data.type', 'rollout_worker.type'].filter((path) => config.get(path) === 'mock');
      if (mocks.length === 0) return 'no mock parts';
      return mocks.map((path): Finding => {
        const wanted = path === 'data.type' ? 'torch' : 'simple';
        return {
          path,
          message: `${path} is mock, which the embedded backend does not have.`,
          repair: { title: `Use ${wanted}`, path, set: `"${wanted}"` },
        };
      });
    },
  },
  {
    id: 'resume-has-path',
    title: 'A run that resumes from a path names it',
    reason: 'There is no checkpoint to look for otherwise.',
    severity: 'error',
    check: ({ config }) => {
      if (config.get('resume.mode') !== 'from_path') return null;
      const from = config.text('resume.resume_path') ?? '';
      if (from !== '') return from;
      return {
        path: 'resume.resume_path',
        message: 'resume.mode is from_path and resume.resume_path is not set.',
        repair: { title: 'Start anew', path: 'resume.mode', set: '"disable"' },
      };
    },
  },
  {
    id: 'checkpoints-have-folder',
    title: 'Checkpoints have a folder',
    reason: 'A self-hosted trainer writes them where trainer.checkpoint_path says.',
    severity: 'error',
    check: ({ config, backend }) => {
      if (backend !== 'self_hosted' || (config.number('trainer.save_freq') ?? 0) <= 0) return null;
      const folder = config.text('trainer.checkpoint_path') ?? '';
      if (folder !== '') return folder;
      return {
        path: 'trainer.checkpoint_path',
        message: `trainer.save_freq is ${config.number('trainer.save_freq')} and trainer.checkpoint_path is not set.`,
        repair: {
          title: 'Use ${oc.env:EXPERIMENT_PATH}/ckpt',
          path: 'trainer.checkpoint_path',
          set: '"${oc.env:EXPERIMENT_PATH}/ckpt"',
        },
      };
    },
  },
  {
    id: 'report-has-address',
    title: 'The group that is told has an address',
    reason: 'The webhook is where the message goes.',
    severity: 'error',
    backends: NOT_EMBEDDED,
    check: ({ config }) => {
      if (!config.isTrue('logger.enable_feishu_logging')) return null;
      if (config.get('logger.feishu_url') !== '' && config.get('logger.feishu_url') != null) return 'set';
      return {
        path: 'logger.enable_feishu_logging',
        message: 'logger.enable_feishu_logging is on and logger.feishu_url is not set.',
        repair: { title: 'Turn it off', path: 'logger.enable_feishu_logging', set: 'false' },
      };
    },
  },
  {
    id: 'setup-script-named',
    title: 'The required setup script is named',
    reason: 'environment.require_setup_script refuses a launch without one.',
    severity: 'error',
    check: ({ config }) => {
      if (!config.isTrue('environment.require_setup_script')) return null;
      const script = config.text('environment.setup_script') ?? '';
      if (script !== '') return script;
      return {
        path: 'environment.setup_script',
        message: 'environment.require_setup_script is true and environment.setup_script is empty.',
        repair: { title: 'Do not require it', path: 'environment.require_setup_script', set: 'false' },
      };
    },
  },
];

function checkEvaluator({ config, backend, variant }: RuleFacts): Outcome {
  const named = config.text(EVALUATOR);
  const type = config.get('rollout_worker.type');
  const needsOne = type !== 'agent' && (backend === 'embedded' || type === 'nexau');
  if (named === null || named === '') {
    if (!needsOne) return null;
    return { path: EVALUATOR, message: `${EVALUATOR} is not set in ${variant} or below it.` };
  }
  if (/^.+:[A-Za-z_]\w*$/.test(named)) return named;
  return {
    path: EVALUATOR,
    message: `${EVALUATOR} is "${named}"; it must name a file and a class, as in agent_workspace/evaluator.ts:MyEvaluator.`,
  };
}
