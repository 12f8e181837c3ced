import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Interpreter } from './find-interpreter';
import { errorText } from './pending-call';
import type { PythonError } from './protocol';
import type { PythonTarget } from './python-pool';

/** Packages whose import has another name than they have on the index. */
const PACKAGE_OF: Readonly<Record<string, string>> = {
  PIL: 'pillow',
  attr: 'attrs',
  bs4: 'beautifulsoup4',
  cv2: 'opencv-python',
  dateutil: 'python-dateutil',
  dotenv: 'python-dotenv',
  // not on the index
  nexau: 'git+https://github.com/nex-agi/NexAU.git',
  sklearn: 'scikit-learn',
  skimage: 'scikit-image',
  yaml: 'PyYAML',
};

/** What is wrong with a target that could not be loaded; a missing package comes with the command that installs it. */
export async function explainLoad(
  target: PythonTarget,
  { error, missing }: { readonly error: PythonError; readonly missing: string | null },
  interpreter: Interpreter,
): Promise<string> {
  const what = 'file' in target.source ? shortName(target.source.file) : target.source.module;
  if (missing === null) return `${what}: ${errorText(error)}${importHint(error)}`;
  const line = error.line === null ? '' : ` (line ${error.line})`;
  const [top = missing] = missing.split('.');
  if (top === 'nexrl') {
    return `${what}${line} imports ${missing}, which is part of NexRL itself. Galley ships nexrl.rollout_worker only; install NexRL for the rest: ${await installCommand(interpreter, target, 'nexrl')}`;
  }
  const name = PACKAGE_OF[top] ?? top;
  return `${what}${line} imports ${missing}, which ${interpreter.command} does not have. Install it: ${await installCommand(interpreter, target, name)}`;
}

const NEXRL_NAMES = [
  'BaseEvaluationTarget',
  'BaseNexAURolloutWorker',
  'BaseRolloutWorker',
  'EvaluationRunResult',
  'Evaluator',
  'NexAUEvaluationTarget',
];

/** A name of NexRL that the code uses and has not imported, as in examples that show a class alone. */
function importHint({ type, message }: PythonError): string {
  const [, name = ''] = (type === 'NameError' ? /^name '(\w+)' is not defined/.exec(message) : null) ?? [];
  return NEXRL_NAMES.includes(name) ? `. Add to the file: from nexrl.rollout_worker import ${name}` : '';
}

/** A line for a shell: all requirements of the recipe where it lists them, else the one package. */
async function installCommand(
  { command, from }: Interpreter,
  { roots }: PythonTarget,
  name: string,
): Promise<string> {
  const files = roots.map((root) => path.join(root, 'requirements.txt'));
  const found = await Promise.all(files.map((file) => stat(file).catch(() => null)));
  const file = files.find((_, index) => found[index]?.isFile());
  const what = file === undefined ? name : `-r ${quoted(file)}`;
  if (from !== 'PATH') return `${quoted(command)} -m pip install ${what}`;
  // the system's Python often refuses to be installed into; the recipe's own environment is found next time
  const venv = path.join(roots[0] ?? '.', '.venv');
  return `python3 -m venv ${quoted(venv)} && ${quoted(path.join(venv, 'bin/python'))} -m pip install ${what}`;
}

function quoted(text: string): string {
  return /^[\w./@:+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Folder and name, as people know a file of a recipe. */
export function shortName(file: string): string {
  return path.join(path.basename(path.dirname(file)), path.basename(file));
}
