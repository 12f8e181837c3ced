import type { Env } from '@/lib/env';
import { findInterpreter } from '@/lib/python/find-interpreter';
import { pythonFolder } from '@/lib/python/python-folder';
import { type KnownSecret, redact } from '@/lib/recipes/environment/mask-secrets';
import { parallelOf } from './builtin/builtin-names';
import { createEvaluatorHost } from './create-evaluator-host';
import { createPythonEvaluatorHost } from './create-python-evaluator-host';
import type { EvaluatorHost } from './evaluator-host';
import type { EvaluatorPlace } from './locate-evaluator';
import { oneAfterAnother } from './one-after-another';
import { redactedHost } from './redacted-host';

/** The part of `rollout_worker` that says which evaluator and how. */
export type EvaluatorSettings = {
  readonly evaluator_args: Readonly<Record<string, unknown>>;
  /** Seconds. */
  readonly evaluator_timeout: number;
  readonly evaluator_processes?: number | undefined;
  readonly evaluator_threads: number;
};

export type OpenEvaluatorOptions = {
  readonly env: Pick<Env, 'root' | 'python'>;
  readonly settings: EvaluatorSettings;
  /** The recipe as people edit it: its `.venv`, its requirements, and where relative paths of the code start. */
  readonly recipeFolder: string;
  /** The recipe as it was when its run began; by default the same. */
  readonly codeFolder?: string;
  /** Lines that the evaluator prints, and tracebacks. */
  readonly onLog: (line: string) => void;
  /** Bundle of evaluator-child.ts. */
  readonly childPath: string;
  /** All variables that the evaluator sees. */
  readonly environment: NodeJS.ProcessEnv;
  /** Secrets among them: no result and no line has their values. */
  readonly secrets: readonly KnownSecret[];
};

/** Starts an evaluator in whatever language it is. Rejects with an `AppError` that says what is wrong with it. */
export async function openEvaluatorHost(
  place: EvaluatorPlace,
  options: OpenEvaluatorOptions,
): Promise<EvaluatorHost> {
  const { secrets } = options;
  const onLog = (line: string): void => options.onLog(redact(line, secrets));
  return redactedHost(await openHost(place, { ...options, onLog }), secrets);
}

async function openHost(
  place: EvaluatorPlace,
  { env, settings, recipeFolder, codeFolder = recipeFolder, onLog, ...options }: OpenEvaluatorOptions,
): Promise<EvaluatorHost> {
  const { childPath, environment } = options;
  const args = settings.evaluator_args;
  const shared = { args, timeoutMs: settings.evaluator_timeout * 1000, onLog, environment, recipeFolder };
  switch (place.kind) {
    case 'typescript':
      return createEvaluatorHost({ ...shared, ...place, childPath });
    case 'builtin': {
      const host = await createEvaluatorHost({ ...shared, builtin: place.name, childPath });
      const parallel = parallelOf(place.name, args);
      return parallel === null ? host : oneAfterAnother(host, parallel);
    }
    case 'python':
      return createPythonEvaluatorHost({
        ...shared,
        ...place,
        interpreter: await findInterpreter(env.python, [recipeFolder]),
        codeFolder,
        folder: pythonFolder(env.root),
        threads: settings.evaluator_threads,
        ...(settings.evaluator_processes === undefined ? {} : { processes: settings.evaluator_processes }),
      });
  }
}
