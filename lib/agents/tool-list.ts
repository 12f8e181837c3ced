import type { Agent } from './agent';
import type { ToolCallMode } from './config/agent-config';

type Callable = {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: Readonly<Record<string, unknown>>;
};

const FORMS: Readonly<Record<ToolCallMode, string>> = {
  openai: '',
  hermes: '',
  xml: '<tool_use><tool_name>name</tool_name><parameter><key>value</key></parameter></tool_use>',
  pythonic: '[name(key="value")]',
};

/** Tools and sub-agents in the words of the OpenAI chat API, for the chat template. */
export function toolList(agent: Agent): readonly Readonly<Record<string, unknown>>[] {
  return callables(agent).map(({ name, description, inputSchema: parameters }) => ({
    type: 'function',
    function: { name, description, parameters },
  }));
}

/** The same as text, for forms that chat templates do not know; empty for the others. */
export function describeTools(agent: Agent, mode: ToolCallMode): string {
  const tools = callables(agent);
  const form = FORMS[mode];
  if (form === '' || tools.length === 0) return '';
  const lines = tools.map(
    ({ name, description, inputSchema }) =>
      `- ${name}: ${description} Arguments: ${JSON.stringify(inputSchema)}`,
  );
  return `Tools, called by writing ${form}:\n${lines.join('\n')}`;
}

function callables({ tools, subAgents }: Agent): readonly Callable[] {
  const subs = subAgents.map(({ agent, description }) => ({
    name: agent.name,
    description,
    inputSchema: {
      type: 'object',
      properties: { message: { type: 'string', description: 'What to ask.' } },
      required: ['message'],
    },
  }));
  return [...tools, ...subs];
}
