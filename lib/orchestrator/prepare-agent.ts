import type { Agent } from '@/lib/agents/agent';
import { createCodeHosts } from '@/lib/agents/code/code-hosts';
import { openWorkerCode } from '@/lib/agents/open-worker-code';
import type { Env } from '@/lib/env';
import { pythonFolder } from '@/lib/python/python-folder';
import { backendOf, type RecipeConfig } from '@/lib/recipes/recipe-config';
import { tokenizerOf } from '@/lib/recipes/tokenizer-of';
import { codeEnvironment, type RunVariables } from '@/lib/secrets/code-environment';
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
  readonly variables: RunVariables;
  /** Where relative paths of the recipe start, tried in order; the recipe's own folder first. Absolute. */
  readonly folders: readonly string[];
  /** The recipe as people edit it: its `.venv`. Absolute. */
  readonly recipeFolder: string;
  /** Bundle of the process that runs TypeScript of recipes. */
  readonly scriptChild: string;
  readonly onLine: (line: string) => void;
};

/** Reads the agent and loads tools and worker. Rejects with an `AppError` that names file and line, or the setting. */
export async function prepareAgent(
  config: RecipeConfig,
  options: PrepareAgentOptions,
): Promise<PreparedAgent> {
  const { rollout_worker: worker } = config;
  const { env, folders, recipeFolder, onLine, scriptChild, variables } = options;
  const code = createCodeHosts({
    folders,
    recipeFolder,
    scriptChild,
    pythonNamed: env.python,
    pythonFolder: pythonFolder(env.root),
    environment: codeEnvironment(variables, worker),
    workers: worker.num_workers,
    onLine,
  });
  try {
    const { agent, own } = await openWorkerCode(worker, {
      folders,
      code,
      environment: variables.values,
      pythonFolder: pythonFolder(env.root),
    });
    const hooks =
      own === null ? {} : hooksOf(own.thing, { label: own.label, timeoutMs: worker.worker_timeout * 1000 });
    const isNeeded =
      agent !== null || hooks.runAgent !== undefined || ['agent', 'pig_latin'].includes(worker.type);
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
