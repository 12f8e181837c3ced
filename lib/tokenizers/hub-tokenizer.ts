import { Template } from '@huggingface/jinja';
import { Tokenizer as HubEngine } from '@huggingface/tokenizers';
import { z } from 'zod';
import { AppError } from '@/lib/shared/app-error';
import type { ChatMessage, ChatTemplateOptions, Tokenizer } from './tokenizer';

/** A special token as a text, or as an object with its text. */
const TokenText = z.union([
  z.string(),
  z.looseObject({ content: z.string() }).transform(({ content }) => content),
]);
const NamedTemplate = z.looseObject({ name: z.string(), template: z.string() });

/** `tokenizer_config.json`, as far as it is read. */
export const HubTokenizerConfig = z.looseObject({
  bos_token: TokenText.nullish(),
  eos_token: TokenText.nullish(),
  unk_token: TokenText.nullish(),
  sep_token: TokenText.nullish(),
  pad_token: TokenText.nullish(),
  cls_token: TokenText.nullish(),
  mask_token: TokenText.nullish(),
  clean_up_tokenization_spaces: z.boolean().nullish(),
  chat_template: z.union([z.string(), z.array(NamedTemplate)]).nullish(),
});
export type HubTokenizerConfig = z.infer<typeof HubTokenizerConfig>;

export type HubTokenizerFiles = {
  /** For messages: the folder or hub id. */
  readonly name: string;
  /** `tokenizer.json`, parsed. */
  readonly tokenizer: Readonly<Record<string, unknown>>;
  readonly config: HubTokenizerConfig;
  /** Templates in files of their own, by name; `default` stands before what the config holds. */
  readonly templates: Readonly<Record<string, string>>;
  /** `eos_token_id` of `generation_config.json`. */
  readonly generationEnds: readonly number[];
};

/** A tokenizer of the Hugging Face hub. Throws `AppError('unprocessable')` when its files say what is not known here. */
export function createHubTokenizer(files: HubTokenizerFiles): Tokenizer {
  const { name, config } = files;
  const engine = makeEngine(files);
  const isCleaning = config.clean_up_tokenization_spaces === true;
  let size = 0;
  for (const id of engine.get_vocab(true).values()) size = Math.max(size, id + 1);
  return {
    name,
    encode: (text, { addSpecialTokens = false } = {}) =>
      engine.encode(text, { add_special_tokens: addSpecialTokens }).ids,
    decode: (tokens, { skipSpecialTokens = true } = {}) =>
      // the engine takes an empty list for a mistake
      tokens.length === 0
        ? ''
        : engine.decode([...tokens], {
            skip_special_tokens: skipSpecialTokens,
            clean_up_tokenization_spaces: isCleaning,
          }),
    applyChatTemplate: createTemplates(files),
    vocabSize: size,
    eosTokenIds: [...new Set([...ownEnd(engine, config), ...files.generationEnds])],
  };
}

function makeEngine({ name, tokenizer, config }: HubTokenizerFiles): HubEngine {
  try {
    return new HubEngine(tokenizer, config);
  } catch (error) {
    throw new AppError('unprocessable', `The tokenizer ${name} cannot be used: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function ownEnd(engine: HubEngine, { eos_token: end }: HubTokenizerConfig): readonly number[] {
  const id = typeof end === 'string' ? engine.token_to_id(end) : undefined;
  return id === undefined ? [] : [id];
}

/** Renders as `transformers` does: the special tokens are variables, and tools may have a template of their own. */
function createTemplates(files: HubTokenizerFiles): Tokenizer['applyChatTemplate'] {
  const { name, config } = files;
  const sources = { ...templatesOf(config), ...files.templates };
  const compiled = new Map<string, Template>();
  const specials = specialTokens(config);

  function templateFor(hasTools: boolean): Template {
    const wanted = hasTools && Object.hasOwn(sources, 'tool_use') ? 'tool_use' : 'default';
    const known = compiled.get(wanted);
    if (known !== undefined) return known;
    const source = sources[wanted];
    if (source === undefined) {
      throw new AppError(
        'unprocessable',
        `The tokenizer ${name} has no chat template. Add chat_template.jinja to its folder, or use a tokenizer of a chat model.`,
      );
    }
    const template = new Template(source);
    compiled.set(wanted, template);
    return template;
  }
  return (messages: readonly ChatMessage[], options: ChatTemplateOptions) => {
    const tools = options.tools ?? null;
    const variables = { ...specials, ...options.variables, messages, tools, documents: null };
    try {
      const template = templateFor(tools !== null);
      return template.render({ ...variables, add_generation_prompt: options.addGenerationPrompt });
    } catch (error) {
      if (error instanceof AppError) throw error;
      const message = `The chat template of ${name} refuses the messages: ${messageOf(error)}`;
      throw new AppError('unprocessable', message, { cause: error });
    }
  };
}

function templatesOf({ chat_template: template }: HubTokenizerConfig): Readonly<Record<string, string>> {
  if (typeof template === 'string') return { default: template };
  return Object.fromEntries((template ?? []).map((each) => [each.name, each.template]));
}

function specialTokens(config: HubTokenizerConfig): Readonly<Record<string, string>> {
  const { bos_token, eos_token, unk_token, sep_token, pad_token, cls_token, mask_token } = config;
  const all = { bos_token, eos_token, unk_token, sep_token, pad_token, cls_token, mask_token };
  return Object.fromEntries(
    Object.entries(all).flatMap(([key, text]) => (typeof text === 'string' ? [[key, text]] : [])),
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
