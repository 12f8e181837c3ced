import path from 'node:path';
import { z } from 'zod';
import { createPythonPool } from '@/lib/python/create-python-pool';
import type { Interpreter } from '@/lib/python/find-interpreter';
import type { PythonHandle, PythonOutcome, PythonPool } from '@/lib/python/python-pool';
import type { Evaluation, EvaluationRequest, EvaluatorHost } from './evaluator-host';

const Score = z.object({
  reward: z.number(),
  groundTruth: z.string(),
  metrics: z.record(z.string(), z.number()),
  extraInfo: z.record(z.string(), z.unknown()),
});

export type PythonEvaluatorOptions = {
  /** Absolute path of the recipe's Python file. */
  readonly modulePath: string;
  readonly className: string;
  /** Keywords of the class's constructor. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly timeoutMs: number;
  readonly onLog: (line: string) => void;
  readonly interpreter: Interpreter;
  /** Folder of the Python half: `pythonFolder(root)`. */
  readonly folder: string;
  /** The recipe's folder as the code sees it; imports are looked up there after those beside the file. */
  readonly codeFolder: string;
  /** Where relative paths of the code start. */
  readonly recipeFolder: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly processes?: number;
  readonly threads: number;
};

/** Rejects with an `AppError` that says what is wrong with the file, its requirements or the interpreter. */
export async function createPythonEvaluatorHost(options: PythonEvaluatorOptions): Promise<EvaluatorHost> {
  const { modulePath, className, args, recipeFolder, codeFolder, threads, processes } = options;
  const pool = createPythonPool({
    interpreter: options.interpreter,
    folder: options.folder,
    cwd: recipeFolder,
    environment: options.environment,
    onLine: options.onLog,
    ...(processes === undefined ? {} : { processes }),
  });
  const beside = path.dirname(modulePath);
  try {
    const handle = await pool.load({
      source: { file: modulePath },
      name: className,
      make: 'evaluator',
      args,
      threads,
      paths: [beside, codeFolder, recipeFolder],
      roots: [recipeFolder, codeFolder, beside],
    });
    const label = path.join(path.basename(beside), path.basename(modulePath));
    const subject: Subject = { pool, handle, label, timeoutMs: options.timeoutMs };
    return {
      evaluate: (request, signal) => evaluate(subject, request, signal),
      close: () => pool.close(),
    };
  } catch (error) {
    await pool.close();
    throw error;
  }
}

type Subject = {
  readonly pool: PythonPool;
  readonly handle: PythonHandle;
  readonly label: string;
  readonly timeoutMs: number;
};

async function evaluate(
  { pool, handle, label, timeoutMs }: Subject,
  { data, target }: EvaluationRequest,
  signal: AbortSignal,
): Promise<Evaluation> {
  const limitedBy = 'rollout_worker.evaluator_timeout';
  const call = { handle, method: 'evaluate', args: [data, target], timeoutMs, limitedBy };
  return evaluationOf(await pool.call(call, signal), `${handle.name} in ${label}`);
}

function evaluationOf(outcome: PythonOutcome, subject: string): Evaluation {
  if (outcome.ok) return { ok: true, ...Score.parse(outcome.value) };
  // an error has a type and a traceback; every other message names the class already
  const message = outcome.traceback.length > 0 ? `${subject} raised ${outcome.message}` : outcome.message;
  return { ok: false, message, ...(outcome.isTimeout ? { isTimeout: true } : {}) };
}
