import path from 'node:path';
import type { CodeHost, CodeThing } from '../code/code-thing';
import { type AgentConfig, ToolDefinition } from '../config/agent-config';
import { readYaml } from '../config/read-yaml';
import type { AgentTool, ToolResult } from './agent-tool';
import { argumentChecker } from './check-arguments';
import { locateBinding } from './locate-binding';

/** More than this of a tool's result is not shown to the model. */
const MAX_RESULT_CHARACTERS = 20_000;

export type LoadToolsOptions = {
  /** Folder of the agent's YAML. */
  readonly folder: string;
  /** Where bindings are looked up. */
  readonly workspaces: readonly string[];
  readonly code: CodeHost;
  /** Of the agent's YAML, for messages. */
  readonly label: string;
};

/** The tools that an agent's YAML lists, ready to be called. Rejects with an `AppError` for one that cannot be used. */
export function loadTools(config: AgentConfig, options: LoadToolsOptions): Promise<readonly AgentTool[]> {
  return Promise.all(config.tools.map((entry) => loadTool(config, entry, options)));
}

async function loadTool(
  config: AgentConfig,
  entry: AgentConfig['tools'][number],
  { folder, workspaces, code, label }: LoadToolsOptions,
): Promise<AgentTool> {
  const namedBy = `${label}: tools.${entry.name}`;
  const file = path.resolve(folder, entry.yaml_path);
  const definition = await readYaml(file, ToolDefinition, { label: entry.yaml_path, namedBy });
  const coerce = config.tool_call_mode === 'xml';
  const check = argumentChecker(definition.input_schema, { label: entry.yaml_path, coerce });
  const bound = await locateBinding(entry.binding, { folders: workspaces, label: namedBy });
  const thing = await code.load({ ...bound, use: 'tool', config: entry.config });
  const timeoutMs = (entry.timeout ?? config.tool_timeout) * 1000;
  const limitedBy = entry.timeout === undefined ? 'tool_timeout' : `timeout of ${entry.name}`;
  return {
    name: entry.name,
    description: definition.description,
    inputSchema: definition.input_schema,
    call: async (given, signal) => {
      const args = { ...given };
      const problem = check(args);
      if (problem !== null) return { outcome: 'error', text: `Error: ${entry.name}: ${problem}.` };
      return runTool(thing, { args, timeoutMs, limitedBy, name: entry.name }, signal);
    },
  };
}

type Run = {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly timeoutMs: number;
  readonly limitedBy: string;
};

async function runTool(thing: CodeThing, run: Run, signal: AbortSignal): Promise<ToolResult> {
  const method = thing.methods.includes('execute') ? 'execute' : null;
  const { args: kwargs, timeoutMs, limitedBy, name } = run;
  const outcome = await thing.call({ method, args: [], kwargs, timeoutMs, limitedBy }, signal);
  if (outcome.ok) return { outcome: 'ok', text: shorten(textOf(outcome.value)) };
  return { outcome: outcome.isTimeout ? 'timeout' : 'error', text: `Error: ${name}: ${outcome.message}` };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

function shorten(text: string): string {
  if (text.length <= MAX_RESULT_CHARACTERS) return text;
  return `${text.slice(0, MAX_RESULT_CHARACTERS)}… (${text.length - MAX_RESULT_CHARACTERS} characters more)`;
}
