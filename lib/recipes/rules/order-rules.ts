import { type ConfigView, isList } from '../config-view';
import { isGrpo, NOT_EMBEDDED, type Outcome, type Rule, type RuleFacts } from './rule';

const READY = 'trajectory_pool.check_batch_ready_function';
const ORDER = 'data.keep_batch_order';
const WAITS = ['loaded_batch_finished', 'batch_size_reached_and_loaded_batch_finished'];

const modeOf = (config: ConfigView) => config.text('weight.sync_mode') ?? 'sync';
const modeKeepsOrder = (config: ConfigView) => ['sync', 'batch-async'].includes(modeOf(config));
const keepsOrder = (config: ConfigView) => config.get(ORDER) ?? modeKeepsOrder(config);

export const ORDER_RULES: readonly Rule[] = [
  {
    id: 'ready-needs-order',
    title: 'A batch that waits for its loaded prompts keeps their order',
    reason:
      'A pool that waits until the loaded batch is finished never gets there when later prompts mix in.',
    severity: 'error',
    backends: NOT_EMBEDDED,
    check: ({ config }) => {
      const ready = config.text(READY);
      if (ready === null || !WAITS.includes(ready)) return null;
      if (keepsOrder(config) === true) return `${READY} is ${ready} and order is kept`;
      if (modeOf(config) === 'fully-async') {
        return {
          path: READY,
          message: `weight.sync_mode is fully-async, which takes what is there, so ${READY} must be batch_size_reached; it is ${ready}.`,
          repair: { title: 'Take what is there', path: READY, set: '"batch_size_reached"' },
        };
      }
      return {
        path: ORDER,
        message: `${READY} is ${ready}, which needs ${ORDER}: true; it is false.`,
        repair: { title: 'Keep the order', path: ORDER, set: 'true' },
      };
    },
  },
  {
    id: 'order-needs-ready',
    title: 'A loader that keeps order hands over whole batches',
    reason:
      'With order kept, the next prompts come only after the batch is done; readiness has to ask for that.',
    severity: 'error',
    backends: NOT_EMBEDDED,
    check: ({ config }) => {
      const ready = config.text(READY);
      if (config.get(ORDER) !== true || ready === null) return null;
      if (WAITS.includes(ready)) return `${ORDER} is true and ${READY} is ${ready}`;
      return {
        path: READY,
        message: `${ORDER} is true, so ${READY} must be loaded_batch_finished or batch_size_reached_and_loaded_batch_finished; it is ${ready}.`,
        repair: {
          title: 'Wait for the loaded batch',
          path: READY,
          set: '"loaded_batch_finished"',
        },
      };
    },
  },
  {
    id: 'order-fits-sync',
    title: 'Order of batches fits the sync mode',
    reason: 'sync and batch-async train on whole batches in order; fully-async takes what is there.',
    severity: 'error',
    backends: NOT_EMBEDDED,
    check: ({ config }) => {
      const order = config.get(ORDER);
      if (typeof order !== 'boolean') return null;
      const wanted = modeKeepsOrder(config);
      if (order === wanted) return `${ORDER} is ${order} with ${modeOf(config)}`;
      return {
        path: ORDER,
        message: `weight.sync_mode is ${modeOf(config)}, which needs ${ORDER}: ${wanted}; it is ${order}.`,
        repair: { title: `Set it to ${wanted}`, path: ORDER, set: String(wanted) },
      };
    },
  },
  {
    id: 'pool-holds-batch',
    title: 'The pool’s batch holds a loaded batch',
    reason: 'A pool batch smaller than a loaded one is ready before all prompts have been answered.',
    severity: 'error',
    backends: NOT_EMBEDDED,
    check: ({ config }) => {
      const loaded = config.number('data.batch_size') ?? 32;
      const pool = config.number('trajectory_pool.batch_size');
      if (pool === null) return null;
      if (loaded <= pool) return `${loaded} prompts ≤ ${pool}`;
      const samples = loaded * (config.number('data.rollout_repeat_n') ?? 1);
      return {
        path: 'trajectory_pool.batch_size',
        message: `data.batch_size ${loaded} is more than trajectory_pool.batch_size ${pool}.`,
        repair: { title: `Use ${samples}`, path: 'trajectory_pool.batch_size', set: String(samples) },
      };
    },
  },
  {
    id: 'groups-fill',
    title: 'Groups of the pool fill up',
    reason: 'A group waits until it is full; rollouts that never fill one keep the run from ending.',
    severity: 'error',
    backends: NOT_EMBEDDED,
    check: ({ config }) => {
      if (!groupsById(config)) return null;
      const path = 'trajectory_pool.group_size';
      const size = config.number(path) ?? 1;
      const n = config.number('data.rollout_repeat_n') ?? 1;
      if (n % size === 0) return `${n} rollouts / ${size}`;
      return {
        path,
        message: `data.rollout_repeat_n ${n} does not fill groups of ${path} ${size}: ${n % size} rollouts of every prompt wait forever.`,
        repair: {
          title: 'Take it from data.rollout_repeat_n',
          path,
          set: '${data.rollout_repeat_n}',
        },
      };
    },
  },
  {
    id: 'batches-keep-groups',
    title: 'A batch takes whole groups',
    reason:
      'GRPO compares the rollouts of a prompt, so a step trains on whole groups: their number is rounded up.',
    severity: 'warning',
    check: checkWholeGroups,
  },
  {
    id: 'staleness-set',
    title: 'batch-async says how far rollouts may lag behind',
    reason: 'Without a threshold there is no bound on how old the weights of a rollout are.',
    severity: 'error',
    check: ({ config }) => {
      if (modeOf(config) !== 'batch-async') return null;
      const threshold = config.number('weight.staleness_threshold');
      if (threshold !== null) return `${threshold} versions`;
      return {
        path: 'weight.sync_mode',
        message: 'weight.sync_mode is batch-async and weight.staleness_threshold is not set.',
        repair: { title: 'Allow one version', path: 'weight.staleness_threshold', set: '1' },
      };
    },
  },
];

function groupsById(config: ConfigView): boolean {
  const keys = config.get('trajectory_pool.key_list');
  return isList(keys) && keys.includes('group_id');
}

function checkWholeGroups(facts: RuleFacts): Outcome {
  const { config } = facts;
  const n = config.number('data.rollout_repeat_n') ?? 1;
  const path = 'trajectory_pool.batch_size';
  const batch = config.number(path);
  if (!isGrpo(facts) || modeOf(config) !== 'fully-async' || n < 2 || batch === null) return null;
  if (batch % n === 0) return `${batch} trajectories / ${n} = ${batch / n} groups`;
  const groups = Math.ceil(batch / n);
  return {
    path,
    message: `${path} ${batch} is no multiple of the ${n} rollouts of a group: a step trains on ${groups} groups, ${groups * n} trajectories.`,
    repair: { title: `Use ${groups * n}`, path, set: String(groups * n) },
  };
}
