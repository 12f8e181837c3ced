import { isActive, type Run, type RunId } from '@/lib/domain/run';
import type { Env } from '@/lib/env';
import { openEvaluator } from '@/lib/launch/open-evaluator';
import { readConfig } from '@/lib/launch/trial/read-config';
import { createCheckpointFolder } from '@/lib/orchestrator/checkpoint/checkpoint-folder';
import { replayStep, type Replay, type ReplayRequest } from '@/lib/orchestrator/replay/replay-step';
import { createRecipeFiles } from '@/lib/recipe-files/recipe-files';
import { backendOf, RecipeConfig } from '@/lib/recipes/recipe-config';
import { configAtStep } from '@/lib/recipes/stages';
import type { RecipeSnapshot } from '@/lib/run-store/run-store';
import { openServices, type Services } from '@/lib/services/open-services';
import { AppError } from '@/lib/shared/app-error';
import { EXIT, type ExitCode } from '../exit-code';
import { renderReplay } from '../render-replay';
import type { CommandContext } from '../session';
import { withSession } from '../with-session';

export type ReplayOptions = { readonly step: number; readonly train?: boolean; readonly json?: boolean };

/** `galley replay <id> --step n` */
export async function replayCommand(
  context: CommandContext,
  id: RunId,
  options: ReplayOptions,
): Promise<ExitCode> {
  const { io, env } = context;
  return withSession(context, async ({ runStore, trajectories }) => {
    const run = await runStore.get(id);
    const snapshot = await runStore.snapshot(id);
    const config = readRunConfig(run, configAtStep(snapshot.resolved, options.step));
    const stored = await trajectories.whole({ runId: id, step: options.step, validation: false });
    if (stored.length === 0) throw await noSuchStep(run, options.step, trajectories.steps(id, false));
    const scorer = await openScorer(context, snapshot, config);
    const interrupt = new AbortController();
    const stopListening = io.onInterrupt(() => interrupt.abort(new Error('interrupted')));
    const model = options.train === true ? await openModel(env, { run, config, step: options.step }) : null;
    try {
      const request: ReplayRequest = {
        config,
        totalSteps: run.totalSteps,
        step: options.step,
        stored,
        evaluator: scorer.host,
        model,
      };
      const replay = await replayStep(request, interrupt.signal);
      const notes = [...scorer.notes, ...(model?.notes ?? []), ...replay.notes];
      print(context, { run, scorer: scorer.name, replay: { ...replay, notes } }, options);
      return EXIT.done;
    } finally {
      stopListening();
      await Promise.all([scorer.host?.close(), model?.close()]);
    }
  });
}

type Printed = { readonly run: Run; readonly scorer: string | null; readonly replay: Replay };

function print({ io }: CommandContext, { run, scorer, replay }: Printed, options: ReplayOptions): void {
  const { step } = options;
  if (options.json === true) io.out(JSON.stringify({ run: run.id, step, evaluator: scorer, ...replay }));
  else for (const line of renderReplay({ run: run.id, step, evaluator: scorer, replay })) io.out(line);
}

function readRunConfig(run: Run, resolved: unknown): RecipeConfig {
  const parsed = RecipeConfig.safeParse(resolved);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const what = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
  throw new AppError('unprocessable', `The configuration of run ${run.id} cannot be read: ${what}`);
}

async function noSuchStep(run: Run, step: number, known: Promise<readonly number[]>): Promise<AppError> {
  const steps = await known;
  const range = steps.length === 0 ? 'none' : `steps ${steps[0] ?? 0} to ${steps.at(-1) ?? 0}`;
  return new AppError('not_found', `Run ${run.id} has no rollouts of step ${step}; it has ${range}.`);
}

/** The evaluator that the recipe names now, from the files as they are now. */
async function openScorer(
  { io, env }: CommandContext,
  { entry, overrides }: RecipeSnapshot,
  config: RecipeConfig,
) {
  const recipeFiles = createRecipeFiles(env.recipesDir);
  const now = await readConfig({ recipeFiles, dataDir: env.dataDir }, { entry, overrides });
  const name = now.rollout_worker.evaluator_module_path ?? null;
  if (name === null || scoresItself(config)) {
    const notes = ['The worker scores by itself: the stored rewards are kept.'];
    return { name: null, host: null, notes };
  }
  const { host } = await openEvaluator(env, entry, { config: now, onLog: (line) => io.err(line) });
  return { name, host, notes: [] };
}

function scoresItself({ rollout_worker: { type } }: RecipeConfig): boolean {
  return type === 'mock' || type === 'pig_latin';
}

type OpenModel = NonNullable<ReplayRequest['model']> & {
  readonly notes: readonly string[];
  close(): Promise<unknown>;
};

/** A model of the replay's own, with the weights of the run's newest checkpoint up to the step. */
async function openModel(
  env: Env,
  { run, config, step }: { readonly run: Run; readonly config: RecipeConfig; readonly step: number },
): Promise<OpenModel> {
  const backend = backendOf(config);
  if (backend !== 'embedded' && config.service.inference_service.backend !== 'mock') {
    throw new AppError(
      'unavailable',
      `--train works with the embedded service; run ${run.id} trained on ${backend}. Replay it without --train.`,
    );
  }
  if (isActive(run.status)) {
    throw new AppError('conflict', `Run ${run.id} is going on. Stop it first, or replay it without --train.`);
  }
  const checkpoints = createCheckpointFolder({
    dataDir: env.dataDir,
    runId: run.id,
    retention: { keepLast: null, best: null },
    onSkipped: () => undefined,
  });
  const checkpoint = await checkpoints.newest(step);
  if (checkpoint === null) {
    throw new AppError(
      'not_found',
      `Run ${run.id} has no checkpoint at or before step ${step}, so its weights are not known. Replay it without --train.`,
    );
  }
  const services = await openServices(config, {
    dataDir: env.dataDir,
    root: env.root,
    runId: run.id,
    modelName: `replay-${run.id}-${process.pid}`,
  });
  const close = (): Promise<unknown> => closeAll(services);
  const signal = new AbortController().signal;
  const baseModel = config.service.inference_service.model ?? 'embedded';
  try {
    await services.training.open({ baseModel, tuning: { kind: 'full' }, seed: config.data.seed }, signal);
    await services.training.loadState(checkpoint.state, signal);
  } catch (error) {
    await close();
    throw error;
  }
  const notes =
    checkpoint.run.step === step
      ? []
      : [`There is no checkpoint at step ${step}: the weights are those of step ${checkpoint.run.step}.`];
  return { services, state: checkpoint.run, notes, close };
}

function closeAll({ inference, training, teacher }: Services): Promise<unknown> {
  return Promise.all([inference.close(), training.close(), teacher?.close()]);
}
