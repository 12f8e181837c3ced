import { z } from 'zod';

export const TOOL_CALL_MODES = ['openai', 'hermes', 'xml', 'pythonic'] as const;
export type ToolCallMode = (typeof TOOL_CALL_MODES)[number];

const count = z.number().int().positive();

/** A tool of an agent, as `agent_config.yaml` lists it. */
const ToolEntry = z.looseObject({
  name: z.string().min(1),
  /** Description and input schema; relative to the agent's file. */
  yaml_path: z.string().min(1),
  /** `module:function`, `module:Class`, or the same with a path such as `tools/calculator.ts:Calculator`. */
  binding: z.string().min(1),
  /** Arguments of every call, beside those that the model writes. */
  extra_kwargs: z.record(z.string(), z.unknown()).default({}),
  /** Galley's: given to the class's constructor. */
  config: z.record(z.string(), z.unknown()).default({}),
  /** Galley's: seconds that one call may take; of `tool_timeout` where absent. */
  timeout: z.number().positive().optional(),
});

const SubAgentEntry = z.looseObject({
  name: z.string().min(1),
  /** Its own agent YAML, relative to this one. */
  config_path: z.string().min(1),
  description: z.string().optional(),
});

/** What the NexAU worker reads of `agent_config.yaml`; keys of NexAU that mean nothing here pass. */
export const AgentConfig = z.looseObject({
  type: z.literal('agent').optional(),
  name: z.string().min(1),
  /** Tokens of conversation and next completion together. */
  max_context_tokens: count.optional(),
  /** Calls of the model in one run. */
  max_iterations: count.default(100),
  system_prompt: z.string().optional(),
  /** `file` and `jinja` name a file relative to the agent's. All three are templates. */
  system_prompt_type: z.enum(['string', 'file', 'jinja']).default('string'),
  tool_call_mode: z.enum(TOOL_CALL_MODES).default('openai'),
  /** The run's inference service takes the place of the LLM; of this section `max_tokens` counts. */
  llm_config: z.looseObject({ max_tokens: count.optional() }).optional(),
  tools: z.array(ToolEntry).default([]),
  sub_agents: z.array(SubAgentEntry).default([]),
  /** A successful call of one of these ends the run; its result is the answer. */
  stop_tools: z.array(z.string()).default([]),
  /** Variables of the system prompt, beside `date` and the columns of the row. */
  context: z.record(z.string(), z.unknown()).default({}),
  /** Galley's: seconds that one call of a tool may take. */
  tool_timeout: z.number().positive().default(30),
  /** Galley's: false keeps the list of tools out of the prompt, for a model that has learned them. */
  tools_in_prompt: z.boolean().default(true),
});
export type AgentConfig = z.infer<typeof AgentConfig>;

/** `type: tool`. */
export const ToolDefinition = z.looseObject({
  type: z.literal('tool').optional(),
  name: z.string().min(1),
  description: z.string().default(''),
  input_schema: z.record(z.string(), z.unknown()),
});
export type ToolDefinition = z.infer<typeof ToolDefinition>;

/** Keys with which NexAU changes what an agent does, and Galley's own runtime does not. */
const ONLY_NEXAU = [
  'after_model_hooks',
  'after_tool_hooks',
  'before_model_hooks',
  'before_tool_hooks',
  'mcp_servers',
  'middlewares',
  'plugins',
  'sandbox_config',
  'skills',
];

export function keysWithoutEffect(config: AgentConfig): readonly string[] {
  return ONLY_NEXAU.filter((key) => {
    const value = config[key];
    return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
  });
}
