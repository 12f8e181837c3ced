import path from 'node:path';
import { AppError } from '@/lib/shared/app-error';
import type { CodeHost, CodeTarget, CodeThing } from '../code/code-thing';
import { type AgentConfig, ToolDefinition } from '../config/agent-config';
import { allOrWhatIsWrong } from '../config/all-or-what-is-wrong';
import { type LocatedYaml, readYaml } from '../config/read-yaml';
import type { AgentTool, ToolResult } from './agent-tool';
import { argumentChecker } from './check-arguments';
import { locateBinding } from './locate-binding';

/** More than this of a tool's result is not shown to the model. */
const MAX_RESULT_CHARACTERS = 20_000;

export type LoadToolsOptions = {
  /** Folder of the agent's YAML. */
  readonly folder: string;
  /** Folder that messages name files from. */
  readonly recipeFolder: string;
  /** Where bindings are looked up. */
  readonly workspaces: readonly string[];
  readonly code: CodeHost;
  readonly environment: Readonly<Record<string, string | undefined>>;
};

/** The tools that an agent's YAML lists, ready to be called. Rejects with an `AppError` that says all that is wrong. */
export function loadTools(
  agent: LocatedYaml<AgentConfig>,
  options: LoadToolsOptions,
): Promise<readonly AgentTool[]> {
  return allOrWhatIsWrong(agent.value.tools.map((_entry, index) => loadTool(agent, index, options)));
}

async function loadTool(
  { value: config, at }: LocatedYaml<AgentConfig>,
  index: number,
  { folder, recipeFolder, workspaces, code, environment }: LoadToolsOptions,
): Promise<AgentTool> {
  const entry = config.tools[index];
  if (entry === undefined) throw new Error(`There is no tool ${index}.`);
  const file = path.resolve(folder, entry.yaml_path);
  const label = path.relative(recipeFolder, file);
  const read = { label, namedBy: at('tools', index, 'yaml_path'), environment };
  const definition = await readYaml(file, ToolDefinition, read);
  const { input_schema: inputSchema, description } = definition.value;
  const coerce = config.tool_call_mode === 'xml';
  const check = argumentChecker(inputSchema, { label: definition.at('input_schema'), coerce });
  const namedBy = at('tools', index, 'binding');
  const bound = await locateBinding(entry.binding, { folders: workspaces, label: namedBy });
  const thing = await loadCode(code, { ...bound, use: 'tool', config: entry.config }, namedBy);
  const timeoutMs = (entry.timeout ?? config.tool_timeout) * 1000;
  const limitedBy = entry.timeout === undefined ? 'tool_timeout' : `timeout of ${entry.name}`;
  return {
    name: entry.name,
    description,
    inputSchema,
    call: async (given, signal) => {
      const args = { ...given };
      const problem = check(args);
      if (problem !== null) return { outcome: 'error', text: `Error: ${entry.name}: ${problem}.` };
      const all = { ...entry.extra_kwargs, ...args };
      return runTool(thing, { args: all, timeoutMs, limitedBy, name: entry.name }, signal);
    },
  };
}

async function loadCode(code: CodeHost, target: CodeTarget, namedBy: string): Promise<CodeThing> {
  try {
    return await code.load(target);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, `${namedBy}: ${error.message}`, { cause: error });
  }
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
