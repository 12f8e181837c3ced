import { createStateFiles } from '@/lib/embedded/state-files';
import { writeWeightFolder } from '@/lib/embedded/weight-folders';
import { createFakeLearner } from './fake-learner';

const SHAPE = { modelWidth: 64, layers: 3, heads: 4, context: 512 };

/** A folder of weights below the data folder, as a trainer would leave it for inference servers; `weight` is what a fake learner has. */
export async function makeWeightFolder(dataDir: string, name: string, weight: number): Promise<string> {
  const states = createStateFiles(dataDir);
  const learner = createFakeLearner({ shape: SHAPE, seed: weight });
  const saveState = async (file: string) =>
    await states.write(file, { learner: await learner.save(), weightVersion: 0 });
  return (await writeWeightFolder(dataDir, name, { shape: SHAPE, saveState })).path;
}
