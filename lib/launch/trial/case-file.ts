import { z } from 'zod';
import type { RecipeFiles } from '@/lib/recipe-files/recipe-files';
import { AppError } from '@/lib/shared/app-error';
import { explainIssues } from '@/lib/shared/explain-issues';
import type { EvaluatorCase } from './trial';

/** One case a line, so that two people who add one each do not meet in the same line. */
const FILE = 'evaluator_cases.jsonl';

const Line = z.object({
  name: z.string().min(1),
  data: z.record(z.string(), z.unknown()),
  target: z.object({ finalAnswer: z.string(), isTruncated: z.boolean().default(false) }),
  expect: z.object({ reward: z.number(), metrics: z.record(z.string(), z.number()).default({}) }),
}) satisfies z.ZodType<EvaluatorCase>;

/** Where cases are read and saved; a save is a version of the recipe where its history is written. */
export type CaseFiles = Pick<RecipeFiles, 'read' | 'save'>;

export function caseFileOf(recipe: string): string {
  return `${recipe}/${FILE}`;
}

/** The saved cases of a recipe, none when there is no file. Rejects with `AppError('unprocessable')` that names the line. */
export async function readCases(
  recipeFiles: Pick<CaseFiles, 'read'>,
  recipe: string,
): Promise<readonly EvaluatorCase[]> {
  const file = await readOrNull(recipeFiles, caseFileOf(recipe));
  return file === null ? [] : parseCases(file.text, caseFileOf(recipe));
}

/** Adds a case, or replaces the one of that name. */
export async function saveCase(
  recipeFiles: CaseFiles,
  recipe: string,
  added: EvaluatorCase,
): Promise<readonly EvaluatorCase[]> {
  const path = caseFileOf(recipe);
  const file = await readOrNull(recipeFiles, path);
  const cases = file === null ? [] : parseCases(file.text, path);
  const isKnown = cases.some(({ name }) => name === added.name);
  const next = isKnown
    ? cases.map((known) => (known.name === added.name ? added : known))
    : [...cases, added];
  await write(recipeFiles, { path, cases: next, ifMatch: file?.etag ?? null });
  return next;
}

/** Takes the case of that name out; what is not there stays away. */
export async function removeCase(
  recipeFiles: CaseFiles,
  recipe: string,
  name: string,
): Promise<readonly EvaluatorCase[]> {
  const path = caseFileOf(recipe);
  const file = await readOrNull(recipeFiles, path);
  if (file === null) return [];
  const next = parseCases(file.text, path).filter((known) => known.name !== name);
  await write(recipeFiles, { path, cases: next, ifMatch: file.etag });
  return next;
}

async function write(
  recipeFiles: CaseFiles,
  request: {
    readonly path: string;
    readonly cases: readonly EvaluatorCase[];
    readonly ifMatch: string | null;
  },
): Promise<void> {
  const text = request.cases.map((one) => `${JSON.stringify(one)}\n`).join('');
  const saved = await recipeFiles.save({ path: request.path, text, ifMatch: request.ifMatch });
  if (!saved.ok) throw new AppError('conflict', `${saved.error.message} Nothing was written; try again.`);
}

async function readOrNull(recipeFiles: Pick<CaseFiles, 'read'>, path: string) {
  try {
    return await recipeFiles.read(path);
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return null;
    throw error;
  }
}

export function parseCases(text: string, path: string): readonly EvaluatorCase[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const parsed = Line.safeParse(jsonOf(line));
    if (parsed.success) return [parsed.data];
    throw new AppError(
      'unprocessable',
      `${path}:${index + 1} is not a case of an evaluator: ${explainIssues(parsed.error)} Mend the line, or take it out.`,
    );
  });
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return 'no JSON';
  }
}
