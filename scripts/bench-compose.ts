import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Bench } from 'tinybench';
import { z } from 'zod';
import { readEnv } from '@/lib/env';
import { compose } from '@/lib/recipes/compose';
import { validate } from '@/lib/recipes/validate';
import { findPython } from './find-python.mjs';

const LEAVES = 2_000;
const HYDRA_ROUNDS = 15;
/** A real recipe of the reference framework, 339 lines; there where the conformance data is. */
const GOLDEN = '../shared/conformance/config/nexrl/math.json';
const GOLDEN_NAME = 'nexrl/math/self_hosted/env_full';

type Row = { readonly name: string; readonly value: number; readonly unit: string };
type Recipe = Pick<Parameters<typeof compose>[0], 'files' | 'entry'> & {
  readonly title: string;
  readonly env: Readonly<Record<string, string>>;
};

/** What the preview does at a keystroke: compose, resolve and validate, from text never seen and from known layers. */
export async function bench(): Promise<readonly Row[]> {
  const recipe = readRecipe();
  const large = Array.from({ length: LEAVES }, (_, leaf) => `key_${leaf}: ${leaf}`).join('\n');
  const runner = new Bench({ time: 1_500 });
  let round = 0;
  const changed = (text: string): string => `${text}\n# ${(round += 1)}`;
  // a comment in every block, so that none of them is known
  const unseen = (text: string): string =>
    changed(text.replaceAll(/^(?=[A-Za-z0-9_])/gm, `# ${(round += 1)}\n`));
  const allUnseen = (): Recipe['files'] =>
    Object.fromEntries(Object.entries(recipe.files).map(([file, text]) => [file, unseen(text)]));
  runner
    .add(`${recipe.title}, cold text`, () => check({ ...recipe, files: allUnseen() }))
    .add(`${recipe.title}, cold text, without validation`, () => {
      compose({ ...recipe, files: allUnseen() });
    })
    .add(`${recipe.title}, one layer typed into`, () => {
      const text = recipe.files[recipe.entry] ?? '';
      check({ ...recipe, files: { ...recipe.files, [recipe.entry]: changed(text) } });
    })
    .add(`${recipe.title}, layers known by content`, () => check(recipe))
    .add(`one layer of ${LEAVES} leaves, typed into`, () => {
      check({
        files: { 'a.yaml': large.replace(': 7\n', `: 7${(round += 1)}\n`) },
        entry: 'a.yaml',
        env: {},
      });
    });
  await runner.run();
  const rows = runner.tasks.map(({ name, result }) => ({
    name,
    value: 'latency' in result ? result.latency.p50 : Number.NaN,
    unit: 'ms at the median',
  }));
  return [...rows, ...(await besideHydra(recipe, rows[1]?.value ?? Number.NaN))];
}

/** Everything that the preview says of a variant. */
function check(input: Parameters<typeof compose>[0]): void {
  validate(compose(input), input);
}

const Golden = z.array(
  z.object({
    name: z.string(),
    files: z.record(z.string(), z.string()),
    config: z.string(),
    env: z.record(z.string(), z.string()),
  }),
);

function readRecipe(): Recipe {
  if (existsSync(GOLDEN)) {
    const cases = Golden.parse(JSON.parse(readFileSync(GOLDEN, 'utf8')));
    const golden = cases.find(({ name }) => name === GOLDEN_NAME);
    if (golden !== undefined) {
      return {
        title: 'math/self_hosted.yaml',
        files: golden.files,
        entry: `${golden.config}.yaml`,
        env: golden.env,
      };
    }
  }
  const folder = path.join(readEnv().recipesDir, 'my_task');
  const names = ['common.yaml', 'self_hosted.yaml'];
  const files = names.map((name) => [name, readFileSync(path.join(folder, name), 'utf8')] as const);
  const env = { NEXRL_DATA_PATH: '/data', NEXRL_MODEL_PATH: '/models' };
  return {
    title: 'my_task/self_hosted.yaml',
    files: Object.fromEntries(files),
    entry: 'self_hosted.yaml',
    env,
  };
}

/** The same layers through the real libraries, where a Python has them. */
async function besideHydra(recipe: Recipe, ours: number): Promise<readonly Row[]> {
  const python = await findPython();
  if (python === null) return [];
  const { files, env, entry } = recipe;
  const job = { files, env, config: entry.replace(/\.yaml$/, ''), rounds: HYDRA_ROUNDS };
  const { stdout } = spawnSync(python, ['scripts/bench-hydra.py'], {
    input: JSON.stringify(job),
    encoding: 'utf8',
  });
  const answer = z
    .object({ hydra: z.number() })
    .nullable()
    .safeParse(JSON.parse(stdout || 'null'));
  if (!answer.success || answer.data === null) return [];
  const { hydra } = answer.data;
  return [
    { name: `${recipe.title}, Hydra and OmegaConf`, value: hydra, unit: 'ms at the median' },
    {
      name: 'the same, against our cold text without validation',
      value: hydra / ours,
      unit: 'times as long',
    },
  ];
}
