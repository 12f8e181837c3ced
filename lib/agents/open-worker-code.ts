import { stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '@/lib/shared/app-error';
import type { Agent } from './agent';
import type { CodeHost, CodeThing } from './code/code-thing';
import { loadAgent } from './load-agent';

/** The part of `rollout_worker` that says who answers. */
export type WorkerSettings = {
  readonly type: string;
  readonly nexau_agent_config_path?: string | null | undefined;
  readonly nexau_agent_workspace?: string | null | undefined;
  readonly custom_rollout_worker_module_path?: string | null | undefined;
  readonly custom_rollout_worker_class_name: string;
};

export type OpenWorkerOptions = {
  /** Where relative paths of the recipe start, tried in order; the recipe's own folder first. Absolute. */
  readonly folders: readonly string[];
  readonly code: CodeHost;
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
  return { agent: await openAgent(settings, options), own: await openOwn(settings, options) };
}

async function openAgent(
  settings: WorkerSettings,
  { folders, code, environment }: OpenWorkerOptions,
): Promise<Agent | null> {
  const named = settings.nexau_agent_config_path ?? null;
  const hasOwn = (settings.custom_rollout_worker_module_path ?? null) !== null;
  const isAgents = settings.type === 'nexau';
  if (!isAgents && !hasOwn) return null;
  if (named === null) {
    if (hasOwn) return null;
    const message = `rollout_worker.type is nexau, and no agent is named. Set ${AGENT_SETTING}, for example to agent_workspace/agent_config.yaml.`;
    throw new AppError('invalid_input', message);
  }
  const file = await findFile(named, folders, AGENT_SETTING);
  const workspace = settings.nexau_agent_workspace ?? null;
  const workspaces = workspace === null ? [] : folders.map((folder) => path.resolve(folder, workspace));
  const recipeFolder = folders[0] ?? path.dirname(file);
  return loadAgent(file, { recipeFolder, workspaces, code, namedBy: AGENT_SETTING, environment });
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
