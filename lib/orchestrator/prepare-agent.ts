import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Agent } from '@/lib/agents/agent';
import { createCodeHosts } from '@/lib/agents/code/code-hosts';
import type { CodeHost } from '@/lib/agents/code/code-thing';
import { loadAgent } from '@/lib/agents/load-agent';
import { type Env, processEnvironment } from '@/lib/env';
import { pythonFolder } from '@/lib/python/python-folder';
import { backendOf, type RecipeConfig } from '@/lib/recipes/recipe-config';
import { tokenizerOf } from '@/lib/recipes/tokenizer-of';
import { AppError } from '@/lib/shared/app-error';
import { byteTokenizer } from '@/lib/tokenizers/byte-tokenizer';
import { loadTokenizer } from '@/lib/tokenizers/load-tokenizer';
import type { Tokenizer } from '@/lib/tokenizers/tokenizer';
import { hooksOf, type WorkerHooks } from './rollout/workers/worker-hooks';

/** What a recipe brings for its worker: an agent, code of its own, or neither. */
export type PreparedAgent = {
  readonly agent: Agent | null;
  readonly hooks: WorkerHooks;
  /** The model's, for chats. */
  readonly tokenizer: Tokenizer;
  close(): Promise<void>;
};

export type PrepareAgentOptions = {
  readonly env: Env;
  /** Where relative paths of the recipe start, tried in order; the recipe's own folder first. Absolute. */
  readonly folders: readonly string[];
  /** Bundle of the process that runs TypeScript of recipes. */
  readonly scriptChild: string;
  readonly onLine: (line: string) => void;
};

const NEXAU_PATH = 'rollout_worker.nexau_agent_config_path';
const WORKER_PATH = 'rollout_worker.custom_rollout_worker_module_path';

/** Reads the agent and loads tools and worker. Rejects with an `AppError` that names file and line, or the setting. */
export async function prepareAgent(
  config: RecipeConfig,
  options: PrepareAgentOptions,
): Promise<PreparedAgent> {
  const { rollout_worker: worker } = config;
  const { env, folders, onLine, scriptChild } = options;
  const code = createCodeHosts({
    folders,
    scriptChild,
    python: {
      named: env.python,
      folder: pythonFolder(env.root),
      environment: { NODE_ENV: 'production', ...processEnvironment() },
    },
    onLine,
  });
  try {
    const agent = await openAgent(worker, { folders, code });
    const hooks = await openHooks(worker, { folders, code });
    const isNeeded = agent !== null || hooks.runAgent !== undefined || worker.type === 'pig_latin';
    const tokenizer = isNeeded ? await openTokenizer(config, options) : byteTokenizer;
    return { agent, hooks, tokenizer, close: () => code.close() };
  } catch (error) {
    await code.close();
    throw error;
  }
}

/** The embedded model's bytes, or the tokenizer that the recipe names for its worker, its data or its model. */
async function openTokenizer(
  config: RecipeConfig,
  { env, folders }: PrepareAgentOptions,
): Promise<Tokenizer> {
  if (backendOf(config) === 'embedded') return byteTokenizer;
  const own = config.rollout_worker.tokenizer;
  const { tokenizer, tokenizerKey } =
    typeof own === 'string' && own !== ''
      ? { tokenizer: own, tokenizerKey: 'rollout_worker.tokenizer' }
      : tokenizerOf(config);
  if (tokenizer === null) {
    const message = `An agent needs its model's tokenizer. Set ${tokenizerKey} to a folder with tokenizer.json, or to a hub id.`;
    throw new AppError('not_found', message);
  }
  return loadTokenizer(tokenizer, { baseDirs: folders, hubCache: env.hubCache, setting: tokenizerKey });
}

type Place = { readonly folders: readonly string[]; readonly code: CodeHost };
type WorkerSettings = RecipeConfig['rollout_worker'];

async function openAgent(worker: WorkerSettings, { folders, code }: Place): Promise<Agent | null> {
  const named = worker.nexau_agent_config_path ?? null;
  const isNeeded = worker.type === 'nexau';
  if (named === null) {
    if (!isNeeded || worker.custom_rollout_worker_module_path) return null;
    const message = `rollout_worker.type is nexau, and no agent is named. Set ${NEXAU_PATH}, for example to agent_workspace/agent_config.yaml.`;
    throw new AppError('invalid_input', message);
  }
  if (!isNeeded && !worker.custom_rollout_worker_module_path) return null;
  const file = await findFile(named, folders, NEXAU_PATH);
  const workspace = worker.nexau_agent_workspace ?? null;
  const workspaces = workspace === null ? [] : folders.map((folder) => path.resolve(folder, workspace));
  return loadAgent(file, { workspaces, code, namedBy: NEXAU_PATH });
}

async function openHooks(worker: WorkerSettings, { folders, code }: Place): Promise<WorkerHooks> {
  const named = worker.custom_rollout_worker_module_path ?? null;
  if (named === null) return {};
  const file = await findFile(named, folders, WORKER_PATH);
  const name = worker.custom_rollout_worker_class_name;
  const thing = await code.load({ file, name, use: 'worker', config: { ...worker } });
  return hooksOf(thing, { label: `${named}:${name}`, timeoutMs: worker.worker_timeout * 1000 });
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
