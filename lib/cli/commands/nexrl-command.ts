import { backendNamed } from '@/lib/recipes/recipe-config';
import { composeRecipe } from '@/lib/launch/compose-recipe';
import { createRecipeFiles } from '@/lib/recipe-files/recipe-files';
import { createConfigView } from '@/lib/recipes/config-view';
import { plainValue } from '@/lib/recipes/plain-value';
import type { Backend } from '@/lib/domain/run';
import { AppError } from '@/lib/shared/app-error';
import type { ExitCode } from '../exit-code';
import { resolveEntry } from '../resolve-entry';
import type { CommandContext } from '../session';
import { preflightCommand } from './preflight-command';
import { runCommand } from './run-command';

/** Backends that a mode stands for; `training-service` is the reference framework's word for a service with an account. */
export const MODES = {
  'self-hosted': ['self_hosted'],
  'training-service': ['tinker', 'weaver'],
  tinker: ['tinker'],
  weaver: ['weaver'],
  embedded: ['embedded'],
} as const satisfies Readonly<Record<string, readonly Backend[]>>;
export type Mode = keyof typeof MODES;

export type NexrlOptions = {
  readonly mode: Mode;
  readonly config: string;
  readonly tag?: string;
  readonly runNexrl?: boolean;
  readonly inferenceUrl?: string;
};

/** `nexrl -m <mode> -c <file> [--run-nexrl]`: the command line of the reference framework. */
export async function nexrlCommand(context: CommandContext, options: NexrlOptions): Promise<ExitCode> {
  const { io, env } = context;
  const { mode, tag } = options;
  const places = { cwd: io.cwd, root: env.root, recipesDir: env.recipesDir };
  const entry = resolveEntry(options.config.replace(/^(\.\/)?recipe\//, 'recipes/'), places);
  const overrides = overridesOf(options);
  await refuseOtherMode(context, { entry, overrides, mode });
  if (options.runNexrl !== true) {
    const code = await preflightCommand(context, { entry, overrides }, {});
    io.err('Add --run-nexrl to launch it.');
    return code;
  }
  const name = `${entry.replace(/\.ya?ml$/i, '').replaceAll('/', ' ')}${tag === undefined ? '' : `-${tag}`}`;
  return runCommand(context, { entry, overrides }, { name });
}

function overridesOf({ mode, inferenceUrl }: NexrlOptions): readonly string[] {
  if (inferenceUrl === undefined) return [];
  if (mode !== 'self-hosted')
    throw new AppError('invalid_input', `--inference-url is for -m self-hosted, not for -m ${mode}.`);
  const url = /^https?:\/\//.test(inferenceUrl) ? inferenceUrl : `http://${inferenceUrl}`;
  return [`++service.inference_service.base_url=${JSON.stringify(url)}`];
}

async function refuseOtherMode(
  { env }: CommandContext,
  { entry, overrides, mode }: Pick<NexrlOptions, 'mode'> & Parameters<typeof composeRecipe>[1],
): Promise<void> {
  const places = { recipeFiles: createRecipeFiles(env.recipesDir), dataDir: env.dataDir };
  const { resolved } = (await composeRecipe(places, { entry, overrides })).composed;
  // what does not compose is told by the checks, with its place
  if (resolved === null) return;
  const named = createConfigView(plainValue(resolved)).text('service.inference_service.backend');
  if (named === null) return;
  const backend = backendNamed(named);
  const wanted: readonly Backend[] = MODES[mode];
  if (wanted.includes(backend)) return;
  throw new AppError(
    'invalid_input',
    `${entry} is for the ${backend} backend (service.inference_service.backend: ${named}), and -m ${mode} is for ${wanted.join(' and ')}. Say -m ${backend.replace('_', '-')}, or name another file.`,
  );
}
