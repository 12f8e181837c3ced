import { stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '@/lib/shared/app-error';
import type { Agent } from './agent';
import type { CodeHost, CodeThing } from './code/code-thing';
import { loadAgent } from './load-agent';

/** The part of `rollout_worker` that says who answers. */
export type WorkerSettings = {
  readonly type: string;
  readonly runtime: 'galley' | 'nexau';
  readonly nexau_agent_config_path?: string | null | undefined;
  readonly nexau_agent_workspace?: string | null | undefined;
  readonly custom_rollout_worker_module_path?: string | null | undefined;
  readonly custom_rollout_worker_class_name: string;
};

export type OpenWorkerOptions = {
  /** Where relative paths of the recipe start, tried in order; the recipe's own folder first. Absolute. */
  readonly folders: readonly string[];
  readonly code: CodeHost;
  /** The Python half of Galley: `pythonFolder(root)`. */
  readonly pythonFolder: string;
  /** For `${env.NAME}` in the agent's files. */
  readonly environment: Readonly<Record<string, string | undefined>>;
};

/** What a recipe brings for its worker: an agent, code of its own, or neither. */
export type WorkerCode = {
  readonly agent: Agent | null;
  readonly own: OwnWorker | null;
};

export type OwnWorker = {
  readonly thing: CodeThing;
  /** File and class, for messages. */
  readonly label: string;
};

export const AGENT_SETTING = 'rollout_worker.nexau_agent_config_path';
export const WORKER_SETTING = 'rollout_worker.custom_rollout_worker_module_path';

/** Reads the agent and loads tools and worker. Rejects with an `AppError` that names file and line, or the setting. */
export async function openWorkerCode(
  settings: WorkerSettings,
  options: OpenWorkerOptions,
): Promise<WorkerCode> {
  if (isNexaus(settings)) return { agent: null, own: await openNexau(settings, options) };
  return { agent: await openAgent(settings, options), own: await openOwn(settings, options) };
}

/** Does the nexau package run the agent? A worker of the recipe's own goes before it. */
function isNexaus({ type, runtime, custom_rollout_worker_module_path: own }: WorkerSettings): boolean {
  return type === 'nexau' && runtime === 'nexau' && (own ?? null) === null;
}

async function openNexau(
  settings: WorkerSettings,
  { folders, code, pythonFolder }: OpenWorkerOptions,
): Promise<OwnWorker> {
  const agent = await findFile(agentOf(settings), folders, AGENT_SETTING);
  const workspace = settings.nexau_agent_workspace ?? null;
  const config = {
    ...settings,
    nexau_agent_config_path: agent,
    nexau_agent_workspace: workspace === null ? null : path.resolve(folders[0] ?? '.', workspace),
  };
  const file = path.join(pythonFolder, 'nexau/galley_nexau_worker.py');
  const thing = await code.load({ file, name: 'NexAUWorker', use: 'worker', config });
  return { thing, label: 'nexau' };
}

async function openAgent(
  settings: WorkerSettings,
  { folders, code, environment }: OpenWorkerOptions,
): Promise<Agent | null> {
  const named = settings.nexau_agent_config_path ?? null;
  const hasOwn = (settings.custom_rollout_worker_module_path ?? null) !== null;
  const isAgents = settings.type === 'nexau';
  if (!isAgents && !hasOwn) return null;
  if (named === null && hasOwn) return null;
  const file = await findFile(agentOf(settings), folders, AGENT_SETTING);
  const workspace = settings.nexau_agent_workspace ?? null;
  const workspaces = workspace === null ? [] : folders.map((folder) => path.resolve(folder, workspace));
  const recipeFolder = folders[0] ?? path.dirname(file);
  return loadAgent(file, { recipeFolder, workspaces, code, namedBy: AGENT_SETTING, environment });
}

function agentOf({ nexau_agent_config_path: named }: WorkerSettings): string {
  if (named !== null && named !== undefined) return named;
  const message = `rollout_worker.type is nexau, and no agent is named. Set ${AGENT_SETTING}, for example to agent_workspace/agent_config.yaml.`;
  throw new AppError('invalid_input', message);
}

async function openOwn(
  settings: WorkerSettings,
  { folders, code }: OpenWorkerOptions,
): Promise<OwnWorker | null> {
  const named = settings.custom_rollout_worker_module_path ?? null;
  if (named === null) return null;
  const file = await findFile(named, folders, WORKER_SETTING);
  const name = settings.custom_rollout_worker_class_name;
  const thing = await code.load({ file, name, use: 'worker', config: { ...settings } });
  return { thing, label: `${named}:${name}` };
}

async function findFile(named: string, folders: readonly string[], setting: string): Promise<string> {
  const candidates = folders.map((folder) => path.resolve(folder, named));
  for (const candidate of candidates) {
    const found = await stat(candidate).catch(() => null);
    if (found?.isFile()) return candidate;
  }
  const text = `${setting} names ${named}, and there is no such file. Looked at: ${candidates.join(', ')}. Put the file there, or correct the path.`;
  throw new AppError('not_found', text);
}
