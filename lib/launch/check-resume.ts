import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Env } from '@/lib/env';
import type { RecipeConfig } from '@/lib/recipes/recipe-config';
import type { PreflightCheck } from './launch';

/** What `run.json` of a checkpoint says of itself; the run process reads the rest, and its checksum. */
const Saved = z.object({ run: z.object({ step: z.number().int() }) });

/** The checkpoint that a run begins from is there, and leaves it a step to do; no check for runs that begin anew. */
export async function checkResume(env: Env, config: RecipeConfig): Promise<readonly PreflightCheck[]> {
  const { resume, trainer } = config;
  if (resume?.mode !== 'from_path') return [];
  const check = { id: 'resume', title: 'Checkpoint to begin from', path: 'resume.resume_path' };
  const folder = path.resolve(env.dataDir, resume.resume_path ?? '');
  const step = await stepOf(path.join(folder, 'run.json'));
  if (step === null) {
    const detail = `${folder} is no checkpoint. Name one of another run, such as checkpoints/run-12/step-300 below ${env.dataDir}.`;
    return [{ ...check, status: 'failed', detail }];
  }
  if (step >= trainer.total_train_steps) {
    const detail = `The checkpoint is of step ${step}, and trainer.total_train_steps is ${trainer.total_train_steps}: no step is left. Steps count from the beginning of the other run.`;
    return [{ ...check, status: 'failed', detail }];
  }
  return [{ ...check, status: 'passed', detail: `The run begins at step ${step} from ${folder}.` }];
}

async function stepOf(file: string): Promise<number | null> {
  try {
    return Saved.parse(JSON.parse(await readFile(file, 'utf8'))).run.step;
  } catch {
    return null;
  }
}
