const OPEN = '<think>';
const CLOSE = '</think>';

/**
 * The part of a response that answers. Where prompt or response opens `<think>`, it is what follows the response's first
 * `</think>`, up to a second one; null when the thinking never ends.
 */
export function solutionOf(data: Readonly<Record<string, unknown>>, response: string): string | null {
  if (!`${promptText(data['prompt'])}${response}`.includes(OPEN)) return response;
  const [, solution] = response.split(CLOSE);
  return solution ?? null;
}

/** Of a prompt that is text, or a list of messages. */
function promptText(prompt: unknown): string {
  if (typeof prompt === 'string') return prompt;
  if (!Array.isArray(prompt)) return '';
  return prompt
    .map((message: unknown) =>
      typeof message === 'object' && message !== null && 'content' in message ? String(message.content) : '',
    )
    .join('\n');
}
