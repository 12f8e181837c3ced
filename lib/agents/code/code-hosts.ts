import { createPythonPool } from '@/lib/python/create-python-pool';
import { findInterpreter } from '@/lib/python/find-interpreter';
import type { CodeHost, CodeTarget } from './code-thing';
import { createPythonCodeHost } from './python-code-host';
import { createScriptHost } from './script-host';

export type CodeHostOptions = {
  /** Folder of the recipe as the code sees it, then others from which imports are looked up; absolute. */
  readonly folders: readonly string[];
  /** The recipe as people edit it: its `.venv`, and where relative paths of the code start. Absolute. */
  readonly recipeFolder: string;
  /** Bundle of `script-child.ts`. */
  readonly scriptChild: string;
  /** `GALLEY_PYTHON`; null = the recipe's `.venv`, else python3. */
  readonly pythonNamed: string | null;
  /** The Python half of Galley: `pythonFolder(root)`. */
  readonly pythonFolder: string;
  /** All variables that the code sees, in either language. */
  readonly environment: NodeJS.ProcessEnv;
  /** Rollouts in flight at once: a worker's own code in Python waits for the model in so many places. */
  readonly workers: number;
  readonly onLine: (line: string) => void;
};

/** A host for each language, by the ending of the file; each starts with the first thing that is loaded from it. */
export function createCodeHosts(options: CodeHostOptions): CodeHost {
  let scripts: CodeHost | null = null;
  let python: Promise<CodeHost> | null = null;
  const hostOf = (target: CodeTarget): Promise<CodeHost> => {
    if (target.file.endsWith('.py')) return (python ??= openPython(options));
    const { scriptChild: childPath, recipeFolder: cwd, environment, onLine } = options;
    scripts ??= createScriptHost({ childPath, cwd, environment, onLine });
    return Promise.resolve(scripts);
  };
  return {
    load: async (target) => (await hostOf(target)).load(target),
    close: async () => {
      await scripts?.close();
      await (await python?.catch(() => undefined))?.close();
    },
  };
}

async function openPython(options: CodeHostOptions): Promise<CodeHost> {
  const { folders, recipeFolder, environment, onLine, pythonFolder: folder, workers } = options;
  const interpreter = await findInterpreter(options.pythonNamed, [recipeFolder, ...folders]);
  const pool = createPythonPool({ interpreter, folder, cwd: recipeFolder, environment, onLine });
  return createPythonCodeHost(pool, { folders: [...new Set([...folders, recipeFolder])], workers });
}
