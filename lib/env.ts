import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { isSecretVariable } from '@/lib/recipes/environment/secret-names';
import { explainIssues } from '@/lib/shared/explain-issues';

const Environment = z.object({
  GALLEY_DATA_DIR: z.string().min(1).default('.galley'),
  GALLEY_RECIPES_DIR: z.string().min(1).default('recipes'),
  GALLEY_ROOT: z.string().min(1).optional(),
  GALLEY_DATABASE_URL: z.string().min(1).optional(),
  GALLEY_PYTHON: z.string().min(1).optional(),
  HF_HUB_CACHE: z.string().min(1).optional(),
  HF_HOME: z.string().min(1).optional(),
  XDG_CACHE_HOME: z.string().min(1).optional(),
  PORT: z.coerce.number().int().min(0).max(65_535).optional(),
});

/** Settings of a Galley process; all paths are absolute. */
export type Env = {
  readonly root: string;
  readonly dataDir: string;
  readonly recipesDir: string;
  readonly databaseUrl: string;
  /** Interpreter for the Python code of recipes; null leaves the choice to `findInterpreter`. */
  readonly python: string | null;
  /** Where the Hugging Face tools keep what they downloaded; Galley only reads it. */
  readonly hubCache: string;
  readonly port: number | null;
};

/** Reads the process environment once, at start. Throws one error that lists everything that is wrong. */
export function readEnv(source: Readonly<Record<string, string | undefined>> = process.env): Env {
  const parsed = Environment.safeParse(source);
  if (!parsed.success)
    throw new Error(
      `The environment is not usable. ${explainIssues(parsed.error)} Set or unset these variables and start again.`,
    );
  // these folders are known at run time only; the bundler must not trace what might lie in them
  const root = path.resolve(/*turbopackIgnore: true*/ parsed.data.GALLEY_ROOT ?? process.cwd());
  const dataDir = path.resolve(/*turbopackIgnore: true*/ root, parsed.data.GALLEY_DATA_DIR);
  return {
    root,
    dataDir,
    recipesDir: path.resolve(/*turbopackIgnore: true*/ root, parsed.data.GALLEY_RECIPES_DIR),
    databaseUrl: parsed.data.GALLEY_DATABASE_URL ?? `file:${path.join(dataDir, 'galley.db')}`,
    python: parsed.data.GALLEY_PYTHON ?? null,
    hubCache: hubCacheOf(parsed.data),
    port: parsed.data.PORT ?? null,
  };
}

/** As `huggingface_hub` finds it. */
function hubCacheOf({ HF_HUB_CACHE, HF_HOME, XDG_CACHE_HOME }: z.infer<typeof Environment>): string {
  if (HF_HUB_CACHE !== undefined) return path.resolve(/*turbopackIgnore: true*/ HF_HUB_CACHE);
  const caches = XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache');
  const home = HF_HOME ?? path.join(caches, 'huggingface');
  return path.resolve(/*turbopackIgnore: true*/ home, 'hub');
}

/** The environment of a process that this one starts: everything inherited, Galley's own settings spelled out. */
export function childEnvironment(
  env: Env,
  source: Readonly<Record<string, string | undefined>> = process.env,
): NodeJS.ProcessEnv {
  return {
    NODE_ENV: process.env.NODE_ENV,
    ...source,
    GALLEY_ROOT: env.root,
    GALLEY_DATA_DIR: env.dataDir,
    GALLEY_RECIPES_DIR: env.recipesDir,
    GALLEY_DATABASE_URL: env.databaseUrl,
  };
}

/** Where alerts of runs go. The address is a secret: who knows it can write there. */
export const ALERT_WEBHOOK_VARIABLE = 'GALLEY_ALERT_WEBHOOK';

/** Null = not set; `'unusable'` = set to what is no http address. */
export function alertWebhook(
  source: Readonly<Record<string, string | undefined>> = process.env,
): { readonly url: string } | 'unusable' | null {
  const url = source[ALERT_WEBHOOK_VARIABLE] ?? '';
  if (url === '') return null;
  return z.url({ protocol: /^https?$/ }).safeParse(url).success ? { url } : 'unusable';
}

/** For a git that only reads: it takes no lock that the person's own git could meet, and never asks anything. */
export function readingGitEnvironment(source: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { ...source, GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' };
}

/** `postgres://user:password@host/…`, whatever the variable is called. */
const URL_WITH_PASSWORD = /^[a-z][a-z0-9+.-]*:\/\/[^/\s@]*:[^/\s@]+@/i;

/** Whether a variable holds a secret, by its name or its form; an empty one hides nothing. */
export function isSecretValue(name: string, value: string): boolean {
  return value !== '' && (isSecretVariable(name) || URL_WITH_PASSWORD.test(value));
}

/** What `${oc.env:…}` sees. A variable that holds a secret, by its name or its form, is present; its value is not. */
export function recipeEnvironment(
  source: Readonly<Record<string, string | undefined>> = process.env,
): Readonly<Record<string, string | { readonly secret: true }>> {
  const visible: Record<string, string | { readonly secret: true }> = {};
  for (const [name, value] of Object.entries(source)) {
    if (value === undefined) continue;
    visible[name] = isSecretValue(name, value) ? { secret: true } : value;
  }
  return visible;
}

/** Every variable of this process; for processes that it starts, never to be shown. */
export function processEnvironment(
  source: Readonly<Record<string, string | undefined>> = process.env,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(source).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** How a run process learns which of its variables are secrets: their names, never values on a command line. */
export const SECRET_NAMES_VARIABLE = 'GALLEY_SECRET_NAMES';

/** The same for the names that the recipe's own environment script set. */
export const SCRIPT_NAMES_VARIABLE = 'GALLEY_SCRIPT_NAMES';

/** Secrets that the starter of this process handed to it, by name. */
export function secretsOfProcess(
  source: Readonly<Record<string, string | undefined>> = process.env,
): readonly { readonly name: string; readonly value: string }[] {
  return (source[SECRET_NAMES_VARIABLE] ?? '').split(',').flatMap((name) => {
    const value = source[name];
    return name === '' || value === undefined || value === '' ? [] : [{ name, value }];
  });
}

/** Whether `next dev` serves: it needs looser script rules than a build. */
export function isDevelopment(): boolean {
  return process.env.NODE_ENV === 'development';
}
