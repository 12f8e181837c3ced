import path from 'node:path';
import { AppError } from '@/lib/shared/app-error';
import type { Agent } from './agent';
import type { CodeHost } from './code/code-thing';
import { AgentConfig } from './config/agent-config';
import { type LocatedYaml, readText, readYaml } from './config/read-yaml';
import { allOrWhatIsWrong } from './config/all-or-what-is-wrong';
import { loadTools } from './tools/load-tools';

/** Agents that call agents that call agents… end here. */
const MAX_DEPTH = 4;

export type LoadAgentOptions = {
  /** Folder that messages name files from, and in which bindings are looked up; absolute. */
  readonly recipeFolder: string;
  /** Further folders where bindings are looked up, before that of the agent's file; absolute. */
  readonly workspaces: readonly string[];
  readonly code: CodeHost;
  /** Setting that names the file, for messages. */
  readonly namedBy: string;
  /** For `${env.NAME}`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
};

/** Reads an agent's YAML and all that it names. Rejects with an `AppError` that begins with file and line. */
export function loadAgent(file: string, options: LoadAgentOptions): Promise<Agent> {
  return load(file, options, 0);
}

async function load(file: string, options: LoadAgentOptions, depth: number): Promise<Agent> {
  const { recipeFolder, environment, code, namedBy } = options;
  const label = path.relative(recipeFolder, file);
  if (depth > MAX_DEPTH) {
    throw new AppError('invalid_input', `${label}: sub-agents are nested more than ${MAX_DEPTH} deep.`);
  }
  const read = await readYaml(file, AgentConfig, { label, namedBy, environment });
  const folder = path.dirname(file);
  const workspaces = [...new Set([...options.workspaces, recipeFolder, folder])];
  checkNames(read);
  const [tools, subAgents] = await Promise.all([
    loadTools(read, { folder, recipeFolder, workspaces, code, environment }),
    allOrWhatIsWrong(
      read.value.sub_agents.map(async ({ config_path, description }, index) => {
        const below = { ...options, namedBy: read.at('sub_agents', index, 'config_path') };
        const agent = await load(path.resolve(folder, config_path), below, depth + 1);
        return { description: description ?? `Asks the agent ${agent.name}.`, agent };
      }),
    ),
  ]);
  const systemPrompt = await readPrompt(read, folder);
  return { name: read.value.name, config: read.value, systemPrompt, tools, subAgents };
}

function checkNames({ value, at }: LocatedYaml<AgentConfig>): void {
  const { tools, sub_agents, stop_tools } = value;
  const places = [
    ...tools.map(({ name }, index) => ({ name, at: at('tools', index, 'name') })),
    ...sub_agents.map(({ name }, index) => ({ name, at: at('sub_agents', index, 'name') })),
  ];
  const names = places.map(({ name }) => name);
  const twice = places.find(({ name }, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new AppError(
      'invalid_input',
      `${twice.at}: two tools are called ${twice.name}. Give one another name.`,
    );
  }
  const unknown = stop_tools.findIndex((name) => !names.includes(name));
  if (unknown >= 0) {
    const known = names.length === 0 ? 'There are none.' : `There are: ${names.join(', ')}.`;
    throw new AppError(
      'invalid_input',
      `${at('stop_tools', unknown)}: stop_tools names ${stop_tools[unknown] ?? ''}, and there is no such tool. ${known}`,
    );
  }
}

async function readPrompt({ value, at }: LocatedYaml<AgentConfig>, folder: string): Promise<string | null> {
  const { system_prompt: prompt, system_prompt_type: type } = value;
  if (prompt === undefined) return null;
  return type === 'string' ? prompt : readText(path.resolve(folder, prompt), at('system_prompt'));
}
