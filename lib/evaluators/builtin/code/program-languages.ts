/** How programs of a language run: `harness` reads `{ code, tests, mark }` and writes `mark` and the verdicts as JSON. */
export type ProgramLanguage = {
  readonly ending: string;
  /** Names of fenced blocks, lower case. */
  readonly fences: readonly string[];
  readonly harness: string;
  readonly limitsMemory: boolean;
};

// The tests run where the code runs, so the code could look for them. What makes cheating hard: the mark is random, it
// comes on standard input, and without it after the last test nothing has passed, so exit(0) earns nothing.
const PYTHON = `
import json, sys
job = json.loads(sys.stdin.read())
sys.stdin = open("/dev/null")
space = {"__name__": "solution"}
verdicts = []
try:
    exec(compile(job["code"], "solution.py", "exec"), space)
    broken = None
except BaseException as error:
    broken = f"{type(error).__name__}: {error}"
for test in job["tests"]:
    if broken is not None:
        verdicts.append(broken)
        continue
    try:
        exec(compile(test, "test.py", "exec"), space)
        verdicts.append(None)
    except BaseException as error:
        verdicts.append(f"{type(error).__name__}: {error}")
sys.__stdout__.write("\\n" + job["mark"] + json.dumps(verdicts) + "\\n")
sys.__stdout__.flush()
`;

const JAVASCRIPT = `
const { readFileSync } = require('node:fs');
const assert = require('node:assert/strict');
const { code, tests, mark } = JSON.parse(readFileSync(0, 'utf8'));
const verdicts = tests.map((test) => {
  try {
    new Function('assert', 'require', code + '\\n;' + test)(assert, require);
    return null;
  } catch (error) {
    return String(error);
  }
});
process.stdout.write('\\n' + mark + JSON.stringify(verdicts) + '\\n');
`;

export const PROGRAM_LANGUAGES = {
  python: { ending: 'py', fences: ['python', 'py', 'python3'], harness: PYTHON, limitsMemory: true },
  javascript: {
    ending: 'cjs',
    fences: ['javascript', 'js', 'node'],
    harness: JAVASCRIPT,
    limitsMemory: false,
  },
} as const satisfies Readonly<Record<string, ProgramLanguage>>;
