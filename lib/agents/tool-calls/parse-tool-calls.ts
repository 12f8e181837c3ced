import type { ToolCallMode } from '../config/agent-config';
import { parseHermes } from './parse-hermes';
import type { ParsedCalls } from './parsed-calls';
import { parsePythonic } from './parse-pythonic';
import { parseXml } from './parse-xml';

const PARSERS: Readonly<Record<ToolCallMode, (text: string) => ParsedCalls>> = {
  // tokens are sampled and never parsed by a server: an OpenAI-style call arrives in the words of the model
  openai: parseHermes,
  hermes: parseHermes,
  xml: parseXml,
  pythonic: parsePythonic,
};

/** The tool calls in a completion. Whatever a model writes is an answer, a call, or an attempt at one; nothing throws. */
export function parseToolCalls(text: string, mode: ToolCallMode): ParsedCalls {
  return PARSERS[mode](text);
}
