import { Bench } from 'tinybench';
import { readEnv, recipeEnvironment } from '@/lib/env';
import { createRecipeFiles } from '@/lib/recipe-files/recipe-files';
import { compose } from '@/lib/recipes/compose';

const LEAVES = 2_000;

/** What a keystroke in the editor costs: one variant composed from text, nothing remembered. */
export async function bench(): Promise<
  readonly { readonly name: string; readonly value: number; readonly unit: string }[]
> {
  const { recipesDir } = readEnv();
  const files = await createRecipeFiles(recipesDir).layers();
  const large = Array.from({ length: LEAVES }, (_, leaf) => `key_${leaf}: ${leaf}`).join('\n');
  const env = recipeEnvironment();
  const runner = new Bench({ time: 1_000 });
  runner
    .add('pig_latin/embedded.yaml', () => void compose({ files, entry: 'pig_latin/embedded.yaml', env }))
    .add(
      `one layer of ${LEAVES} leaves`,
      () => void compose({ files: { 'a.yaml': large }, entry: 'a.yaml', env }),
    );
  await runner.run();
  return runner.tasks.map(({ name, result }) => ({
    name,
    value: 'latency' in result ? result.latency.p50 : Number.NaN,
    unit: 'ms at the median',
  }));
}
