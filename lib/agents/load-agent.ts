import path from 'node:path';
import { AppError } from '@/lib/shared/app-error';
import type { Agent } from './agent';
import type { CodeHost } from './code/code-thing';
import { AgentConfig } from './config/agent-config';
import { readText, readYaml } from './config/read-yaml';
import { loadTools } from './tools/load-tools';

/** Agents that call agents that call agents… end here. */
const MAX_DEPTH = 4;

export type LoadAgentOptions = {
  /** Folders where bindings of tools are looked up, beside that of the agent's file; absolute. */
  readonly workspaces: readonly string[];
  readonly code: CodeHost;
  /** Setting that names the file, for messages. */
  readonly namedBy: string;
};

/** Reads an agent's YAML and all that it names. Rejects with an `AppError` that begins with file and line. */
export function loadAgent(file: string, options: LoadAgentOptions): Promise<Agent> {
  return load(file, options, 0);
}

async function load(file: string, options: LoadAgentOptions, depth: number): Promise<Agent> {
  const label = path.basename(file);
  if (depth > MAX_DEPTH) {
    throw new AppError('invalid_input', `${label}: sub-agents are nested more than ${MAX_DEPTH} deep.`);
  }
  const config = await readYaml(file, AgentConfig, { label, namedBy: options.namedBy });
  const folder = path.dirname(file);
  const workspaces = [...new Set([...options.workspaces, folder])];
  const tools = await loadTools(config, { folder, workspaces, code: options.code, label });
  const subAgents = await Promise.all(
    config.sub_agents.map(async ({ config_path, description }) => {
      const namedBy = `${label}: sub_agents`;
      const agent = await load(path.resolve(folder, config_path), { ...options, namedBy }, depth + 1);
      return { description: description ?? `Asks the agent ${agent.name}.`, agent };
    }),
  );
  checkNames([...config.tools, ...config.sub_agents], config, label);
  return {
    name: config.name,
    config,
    systemPrompt: await readPrompt(config, folder, label),
    tools,
    subAgents,
  };
}

function checkNames(
  callable: readonly { readonly name: string }[],
  { stop_tools }: AgentConfig,
  label: string,
): void {
  const names = callable.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new AppError('invalid_input', `${label}: two tools are called ${twice}.`);
  const unknown = stop_tools.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new AppError('invalid_input', `${label}: stop_tools names ${unknown}, and there is no such tool.`);
  }
}

async function readPrompt(config: AgentConfig, folder: string, label: string): Promise<string | null> {
  const { system_prompt: prompt, system_prompt_type: type } = config;
  if (prompt === undefined) return null;
  return type === 'string' ? prompt : readText(path.resolve(folder, prompt), `${label}: system_prompt`);
}
