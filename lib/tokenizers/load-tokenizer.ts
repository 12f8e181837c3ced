import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { AppError } from '@/lib/shared/app-error';
import { byteTokenizer } from './byte-tokenizer';
import { BYTES_TOKENIZER } from './byte-vocabulary';
import { findTokenizer, type TokenizerPlaces } from './find-tokenizer';
import { createHubTokenizer, HubTokenizerConfig } from './hub-tokenizer';
import type { Tokenizer } from './tokenizer';

const TokenizerJson = z.looseObject({ model: z.looseObject({}) });
const GenerationConfig = z.looseObject({
  eos_token_id: z.union([z.number().transform((id) => [id]), z.array(z.number())]).nullish(),
});

/** A tokenizer takes up to a second and a hundred megabytes to build, so one that has been built is kept. */
const MAX_REMEMBERED = 4;
const remembered = new Map<string, Promise<Tokenizer>>();

/** Finds and reads a tokenizer; the embedded models' own needs no file. Rejects with an `AppError` that says which file is missing or wrong and what to do. */
export async function loadTokenizer(named: string, places: TokenizerPlaces): Promise<Tokenizer> {
  if (named === BYTES_TOKENIZER) return byteTokenizer;
  const folder = await findTokenizer(named, places);
  const key = await identityOf(folder);
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const loading = read(named, folder);
  remembered.set(key, loading);
  // what failed may be mended
  loading.catch(() => remembered.delete(key));
  const [oldest] = remembered.keys();
  if (remembered.size > MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
  return loading;
}

async function identityOf(folder: string): Promise<string> {
  const names = ['tokenizer.json', 'tokenizer_config.json', 'chat_template.jinja', 'generation_config.json'];
  const facts = await Promise.all(names.map((name) => stat(path.join(folder, name)).catch(() => null)));
  return [folder, ...facts.map((each) => (each === null ? '' : `${each.size}/${each.mtimeMs}`))].join('\n');
}

async function read(name: string, folder: string): Promise<Tokenizer> {
  const tokenizer = await readJson(path.join(folder, 'tokenizer.json'), TokenizerJson);
  const config = await readJson(path.join(folder, 'tokenizer_config.json'), HubTokenizerConfig, {});
  const generation = await readJson(path.join(folder, 'generation_config.json'), GenerationConfig, {});
  return createHubTokenizer({
    name,
    tokenizer,
    config,
    templates: await readTemplates(folder),
    generationEnds: generation.eos_token_id ?? [],
  });
}

async function readTemplates(folder: string): Promise<Readonly<Record<string, string>>> {
  const more = path.join(folder, 'additional_chat_templates');
  const names = (await readdir(more).catch(() => [])).filter((file) => file.endsWith('.jinja'));
  const templates: Record<string, string> = {};
  for (const file of names) {
    templates[file.slice(0, -'.jinja'.length)] = await readFile(path.join(more, file), 'utf8');
  }
  const main = await readFile(path.join(folder, 'chat_template.jinja'), 'utf8').catch(() => null);
  return { ...templates, ...(main === null ? {} : { default: main }) };
}

/** `absent` is what a file that is not there stands for. */
async function readJson<S extends z.ZodType>(file: string, schema: S, absent?: unknown): Promise<z.infer<S>> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null && absent === undefined) throw new AppError('not_found', `${file} cannot be read.`);
  try {
    return schema.parse(text === null ? absent : JSON.parse(text));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new AppError('unprocessable', `${file} is not what it should be: ${reason}. Copy it again.`, {
      cause: error,
    });
  }
}
