import path from 'node:path';
import type { RecipeConfig } from '@/lib/recipes/recipe-config';
import { AppError } from '@/lib/shared/app-error';
import { type LoadableCheckpoint, readCheckpoint } from './checkpoint/checkpoint-folder';

/** The checkpoint of another run from which a run begins. */
export type RunOrigin = LoadableCheckpoint & {
  /** A line for the log. */
  readonly told: string;
};

/**
 * What `resume.mode: from_path` names; null for runs that begin anew. The step goes on: `total_train_steps` counts the
 * steps of the other run, too. Rejects with an `AppError` when there is no such checkpoint, or no step left to do.
 */
export async function findOrigin(
  { resume, trainer }: Pick<RecipeConfig, 'resume' | 'trainer'>,
  dataDir: string,
): Promise<RunOrigin | null> {
  if (resume?.mode !== 'from_path') return null;
  const { resume_path: named, resume_dataloader: skipsSeen } = resume;
  const folder = path.resolve(dataDir, named ?? '');
  const found = named === undefined || named === null ? 'it is not set.' : await readCheckpoint(folder);
  if (typeof found === 'string') {
    throw new AppError(
      'unprocessable',
      `resume.resume_path names no checkpoint (${folder}): ${found} Name a folder such as checkpoints/run-12/step-300.`,
    );
  }
  const { step } = found.run;
  if (step >= trainer.total_train_steps) {
    throw new AppError(
      'unprocessable',
      `The checkpoint of resume.resume_path is of step ${step}, and trainer.total_train_steps is ${trainer.total_train_steps}: ` +
        `no step is left. Steps count from the beginning of the other run; set it to more than ${step}.`,
    );
  }
  const data = skipsSeen ? 'the data go on where it was' : 'the data begin anew';
  return {
    ...found,
    run: {
      ...found.run,
      ...(skipsSeen ? {} : { dataFrom: step, prompts: null }),
      // it has been done, if not here
      warmStart: found.run.warmStart ?? { loss: [], exact: [] },
    },
    told: `Beginning at step ${step} from ${folder}: weights and optimizer go on, ${data}.`,
  };
}
