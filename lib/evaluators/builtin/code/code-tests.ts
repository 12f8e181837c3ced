import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import type { EvaluationRunResult } from '@/lib/evaluators/api';
import type { BuiltinArgs, BuiltinEvaluator } from '../make-builtin';
import { CommonArgs, readArgs } from '../read-args';
import { valueAt } from '../read-truth';
import { findCode } from './find-code';
import { PROGRAM_LANGUAGES, type ProgramLanguage } from './program-languages';
import { type ProgramEnd, runProgram } from './run-program';

const Args = z.strictObject({
  zero_if_truncated: CommonArgs.zero_if_truncated,
  language: z.enum(['python', 'javascript']).default('python'),
  /** Column with the tests. */
  tests_key: z.string().min(1).default('tests'),
  /** Passed tests over all, instead of all or nothing. */
  partial: z.boolean().default(false),
  /** Of one program: of all assertions together, or of one input. */
  timeout_seconds: z.number().positive().max(600).default(5),
  memory_mb: z.number().int().positive().default(1024),
  output_kb: z.number().int().positive().default(256),
  /** Interpreter; by default `python3` of the path, and this Node. */
  command: z.string().min(1).nullable().default(null),
  /** Read by the host: programs at once. */
  parallel: z.number().int().positive().optional(),
});
type Options = z.infer<typeof Args>;

const Example = z.object({ input: z.string(), output: z.string() });
const Tests = z.union([z.string(), z.array(z.string()).min(1), z.array(Example).min(1)]);

/** A verdict per test: null when it passed, else why not. */
type Verdicts = readonly (string | null)[];

/** 1 when the program in the answer passes every test of the row. */
export function codeTests(args: BuiltinArgs): BuiltinEvaluator {
  const options = readArgs('code_tests', Args, args);
  const language = PROGRAM_LANGUAGES[options.language];
  return {
    evaluate: async (data, { finalAnswer, isTruncated }) => {
      const tests = testsOf(data, options.tests_key);
      const isCut = options.zero_if_truncated && isTruncated;
      const code = isCut ? '' : findCode(finalAnswer, language.fences);
      if (code.trim() === '') return NO_CODE;
      return resultOf(await judged(code, tests, { options, language }), options.partial);
    },
  };
}

const NO_CODE: EvaluationRunResult = {
  reward: 0,
  metrics: { tests_passed: 0, all_passed: 0, has_code: 0 },
  extraInfo: { problems: ['no code'] },
};

function resultOf(verdicts: Verdicts, partial: boolean): EvaluationRunResult {
  const problems = verdicts.flatMap((verdict, index) =>
    verdict === null ? [] : [`test ${index}: ${verdict}`],
  );
  const share = (verdicts.length - problems.length) / verdicts.length;
  const isAll = problems.length === 0;
  return {
    reward: partial ? share : isAll ? 1 : 0,
    metrics: { tests_passed: share, all_passed: isAll ? 1 : 0, has_code: 1 },
    extraInfo: { problems: problems.slice(0, 10) },
  };
}

function testsOf(data: Readonly<Record<string, unknown>>, key: string): z.infer<typeof Tests> {
  const stored = valueAt(data, key);
  const parsed = Tests.safeParse(typeof stored === 'string' ? (listIn(stored) ?? stored) : stored);
  if (parsed.success) return parsed.data;
  throw new Error(
    `The row has no tests in ${key} (evaluator_args.tests_key): a text with code, a list of such texts, or a list of { input, output }.`,
  );
}

/** Data files without nested columns hold lists as JSON. */
function listIn(text: string): unknown {
  if (!text.trimStart().startsWith('[')) return null;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

type How = { readonly options: Options; readonly language: ProgramLanguage };

async function judged(code: string, tests: z.infer<typeof Tests>, how: How): Promise<Verdicts> {
  const folder = await mkdtemp(path.join(tmpdir(), 'galley-code-'));
  try {
    if (typeof tests === 'string') return await runAssertions(code, [tests], { ...how, folder });
    const examples = z.array(Example).safeParse(tests);
    if (examples.success) return await runExamples(code, examples.data, { ...how, folder });
    return await runAssertions(code, z.array(z.string()).parse(tests), { ...how, folder });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Where = How & { readonly folder: string };

async function runAssertions(code: string, tests: readonly string[], where: Where): Promise<Verdicts> {
  const mark = randomUUID();
  const input = JSON.stringify({ code, tests, mark });
  const end = await run('harness', where.language.harness, { ...where, input });
  const verdicts = end.stdout.split(`\n${mark}`)[1];
  const parsed = z
    .array(z.string().nullable())
    .safeParse(verdicts === undefined ? null : JSON.parse(verdicts));
  if (parsed.success) return parsed.data;
  return tests.map(() => end.problem ?? 'the program ended before its tests did');
}

async function runExamples(
  code: string,
  examples: readonly z.infer<typeof Example>[],
  where: Where,
): Promise<Verdicts> {
  const verdicts: (string | null)[] = [];
  for (const { input, output } of examples) {
    const end = await run('solution', code, { ...where, input });
    verdicts.push(end.problem === null ? compared(end.stdout, output) : problemOf(end));
  }
  return verdicts;
}

function problemOf({ problem, stderr }: ProgramEnd): string {
  return [problem, stderr.trim().split('\n').at(-1)].filter(Boolean).join(': ');
}

function run(
  name: string,
  code: string,
  { options, language, folder, input }: Where & { readonly input: string },
): Promise<ProgramEnd> {
  const file = path.join(folder, `${name}.${language.ending}`);
  const interpreter = options.command ?? (options.language === 'python' ? 'python3' : process.execPath);
  const flags = options.language === 'python' ? ['-I', '-B'] : [`--max-old-space-size=${options.memory_mb}`];
  const limits = {
    seconds: options.timeout_seconds,
    memoryMb: language.limitsMemory ? options.memory_mb : null,
    outputKb: options.output_kb,
  };
  return writeFile(file, code).then(() =>
    runProgram([interpreter, ...flags, file], { folder, input, limits }),
  );
}

/** Spaces at the ends of lines and empty last lines do not count. */
function compared(found: string, wanted: string): string | null {
  const lines = (text: string): string =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => line.trimEnd())
      .join('\n');
  if (lines(found) === lines(wanted)) return null;
  return `wrote ${JSON.stringify(found.slice(0, 80))}, expected ${JSON.stringify(wanted.slice(0, 80))}`;
}
