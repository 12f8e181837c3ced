import OpenAI from 'openai';

/** OpenAI's own client, to compare ours with: one completion with tokens and log-probabilities as numbers. */
export function openNpmClient(baseUrl) {
  const client = new OpenAI({ baseURL: `${baseUrl}/v1`, apiKey: 'null', maxRetries: 0 });
  return async ({ prompt, maxTokens }) => {
    const reply = await client.completions.create({
      model: 'null',
      prompt,
      max_tokens: maxTokens,
      logprobs: 0,
    });
    const { tokens, token_logprobs: logprobs } = reply.choices[0].logprobs;
    return { tokens: tokens.map((token) => Number(token.slice('token_id:'.length))), logprobs };
  };
}
